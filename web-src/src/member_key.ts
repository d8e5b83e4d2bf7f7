// A member's key file (docs/formats/cuts.md, "Key file") and what is signed with it, by the browser's own cryptography. Nothing of it is kept
// and nothing is sent from here: a file and a passphrase go in, a signed note comes out.

const FORMAT = 'jebi member key 1'
const ROUNDS = 600_000
const MOST_ROUNDS = 10_000_000 // what a file may ask for; more would hang the page
const LONGEST_FILE = 4096 // bytes
const ED25519 = { name: 'Ed25519' }
const KIND = 1 // of an Ed25519 key in a C2SP vkey
const FIELDS = 'format name nonce public rounds salt sealed'
const SEALED = 64 // bytes: PKCS #8 of an Ed25519 key, and its tag

/** Why a key cannot be used; each has a sentence in the page's language. */
export type Wrong = 'not_file' | 'whose' | 'wrong' | 'unable'

export class KeyError extends Error {
    constructor(readonly why: Wrong) {
        super(why)
    }
}

interface KeyFile {
    format: string
    name: string
    nonce: string
    public: string
    rounds: number
    salt: string
    sealed: string
}

/** Whether this browser can sign. */
export async function canSign(): Promise<boolean> {
    try {
        await crypto.subtle.generateKey(ED25519, false, ['sign', 'verify'])
        return true
    } catch {
        return false
    }
}

/** Sign a text that ends in a newline as a C2SP note; `name` is what the key must be called. */
export async function signed(file: Blob, passphrase: string, name: string, text: string): Promise<string> {
    if (file.size > LONGEST_FILE) throw new KeyError('not_file')
    const key = await parse(await file.arrayBuffer())
    if (key.name !== name) throw new KeyError('whose')
    const der = await opened(key, passphrase)
    try {
        const secret = await crypto.subtle.importKey('pkcs8', der, ED25519, false, ['sign'])
        const signature = new Uint8Array(await crypto.subtle.sign(ED25519, secret, utf8(text)))
        await check(key, text, signature)
        const line = base64(join(await keyId(key.name, publicOf(key)), signature))
        return `${text}\n\u2014 ${key.name} ${line}\n`
    } finally {
        new Uint8Array(der).fill(0)
    }
}

/** Make a key: its file, and its public half. */
export async function made(name: string, passphrase: string): Promise<{ file: string; verifier: string }> {
    const pair = (await crypto.subtle.generateKey(ED25519, true, ['sign', 'verify'])) as CryptoKeyPair
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    const der = await crypto.subtle.exportKey('pkcs8', pair.privateKey)
    const verifier = await verifierOf(name, publicKey)
    const salt = crypto.getRandomValues(new Uint8Array(16))
    const nonce = crypto.getRandomValues(new Uint8Array(12))
    const wrapping = await wrappingKey(passphrase, salt, ROUNDS, 'encrypt')
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8(verifier) }, wrapping, der)
    new Uint8Array(der).fill(0)
    // In this order: the file's keys are sorted.
    const file: KeyFile = {
        format: FORMAT, name, nonce: base64(nonce), public: verifier, rounds: ROUNDS, salt: base64(salt), sealed: base64(new Uint8Array(sealed)),
    }
    return { file: JSON.stringify(file), verifier }
}

/** A key file, to the byte as it is written: what reads it in another way than the desk does is none. */
async function parse(untrusted: ArrayBuffer): Promise<KeyFile> {
    let found: unknown
    let line: string
    try {
        line = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(untrusted).replace(/\n$/, '')
        found = JSON.parse(line)
    } catch {
        throw new KeyError('not_file')
    }
    if (typeof found !== 'object' || found === null || Object.keys(found).join(' ') !== FIELDS) throw new KeyError('not_file')
    if (JSON.stringify(found) !== line) throw new KeyError('not_file')
    const key = found as Record<keyof KeyFile, unknown>
    const texts = [key.name, key.nonce, key.public, key.salt, key.sealed]
    const isFine = key.format === FORMAT && texts.every((one) => typeof one === 'string') && Number.isInteger(key.rounds)
    if (!isFine || (key.rounds as number) < ROUNDS || (key.rounds as number) > MOST_ROUNDS) throw new KeyError('not_file')
    const file = found as KeyFile
    if (file.public !== (await verifierOf(file.name, publicOf(file)))) throw new KeyError('not_file')
    return file
}

/** The PKCS#8 bytes of the secret key. */
async function opened(key: KeyFile, passphrase: string): Promise<ArrayBuffer> {
    const [nonce, salt, sealed] = [bytes(key.nonce), bytes(key.salt), bytes(key.sealed)]
    if (nonce.length !== 12 || salt.length !== 16 || sealed.length !== SEALED) throw new KeyError('not_file')
    const wrapping = await wrappingKey(passphrase, salt, key.rounds, 'decrypt')
    try {
        return await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8(key.public) }, wrapping, sealed)
    } catch {
        throw new KeyError('wrong')
    }
}

async function wrappingKey(passphrase: string, salt: Bytes, iterations: number, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
    const words = await crypto.subtle.importKey('raw', utf8(passphrase.normalize('NFKC')), 'PBKDF2', false, ['deriveKey'])
    return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, words, { name: 'AES-GCM', length: 256 }, false, [use])
}

/** The public half must be that of the secret half, or the desk would refuse what is signed. */
async function check(key: KeyFile, text: string, signature: Bytes): Promise<void> {
    const known = await crypto.subtle.importKey('raw', publicOf(key), ED25519, false, ['verify'])
    if (!(await crypto.subtle.verify(ED25519, known, signature, utf8(text)))) throw new KeyError('not_file')
}

function publicOf(key: KeyFile): Bytes {
    const payload = bytes(key.public.slice(key.name.length + 1 + 8 + 1))
    if (payload.length !== 33 || payload[0] !== KIND) throw new KeyError('not_file')
    return payload.slice(1)
}

/** A public key as a C2SP vkey. */
async function verifierOf(name: string, publicKey: Bytes): Promise<string> {
    return `${name}+${hex(await keyId(name, publicKey))}+${base64(join(Uint8Array.of(KIND), publicKey))}`
}

/** The four bytes by which a signature line hints at its key (C2SP signed-note). */
async function keyId(name: string, publicKey: Bytes): Promise<Bytes> {
    const digest = await crypto.subtle.digest('SHA-256', join(utf8(`${name}\n`), Uint8Array.of(KIND), publicKey))
    return new Uint8Array(digest).slice(0, 4)
}

type Bytes = Uint8Array<ArrayBuffer>

const utf8 = (text: string): Bytes => new TextEncoder().encode(text)
const hex = (some: Bytes): string => [...some].map((one) => one.toString(16).padStart(2, '0')).join('')
const base64 = (some: Bytes): string => btoa(String.fromCharCode(...some))

/** The bytes of base64 as it is written here: with padding, and nothing in the bits that carry nothing. */
function bytes(text: string): Bytes {
    let found: Bytes
    try {
        found = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
    } catch {
        throw new KeyError('not_file')
    }
    if (base64(found) !== text) throw new KeyError('not_file')
    return found
}

function join(...parts: Bytes[]): Bytes {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
    let at = 0
    for (const part of parts) {
        whole.set(part, at)
        at += part.length
    }
    return whole
}
