// The age of another author, from standard input to standard output.
//
//     node age.mjs encrypt RECIPIENT    node age.mjs encrypt --passphrase PHRASE
//     node age.mjs decrypt IDENTITY     node age.mjs decrypt --passphrase PHRASE
import { readFileSync, writeFileSync } from "node:fs";
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto; // Node 18 has it, but not under the name that everybody uses
const { Decrypter, Encrypter } = await import("age-encryption");

const [direction, key, phrase] = process.argv.slice(2);
const input = new Uint8Array(readFileSync(0));
if (direction === "encrypt") {
    const age = new Encrypter();
    if (key === "--passphrase") age.setPassphrase(phrase);
    else age.addRecipient(key);
    writeFileSync(1, await age.encrypt(input));
} else {
    const age = new Decrypter();
    if (key === "--passphrase") age.addPassphrase(phrase);
    else age.addIdentity(key);
    writeFileSync(1, await age.decrypt(input));
}
