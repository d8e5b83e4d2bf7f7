// src/grid.ts
var e = {
	ArrowRight: (e) => e + 1,
	ArrowLeft: (e) => e - 1,
	ArrowDown: (e, t) => e + t,
	ArrowUp: (e, t) => e - t,
	Home: () => 0,
	End: (e, t, n) => n
}, t = class extends HTMLElement {
	constructor(...t) {
		super(...t), this.pressed = (t) => {
			let n = e[t.key], r = this.links, i = r.indexOf(document.activeElement);
			if (!n || i < 0 || t.ctrlKey || t.metaKey || t.altKey) return;
			let a = r[0]?.offsetTop, o = r.filter((e) => e.offsetTop === a).length;
			t.preventDefault(), t.stopPropagation(), r[Math.max(0, Math.min(r.length - 1, n(i, o, r.length - 1)))]?.focus();
		}, this.shown = (e) => {
			let t = e.target.closest("a[data-shots]"), n = Number(t?.dataset.shots ?? 0), r = t?.querySelector("img");
			if (!t || !r || n < 2 || e.pointerType !== "mouse") return;
			let i = r.getBoundingClientRect(), a = Math.max(0, Math.min(n - 1, Math.floor((e.clientX - i.left) / i.width * n))), o = `/clips/${encodeURIComponent(t.dataset.clip ?? "")}/shots/${a}`;
			r.getAttribute("src") !== o && (r.src = o);
		}, this.restored = (e) => {
			let t = e.target.closest("a[data-shots]"), n = t?.querySelector("img");
			if (!t || !n || e.relatedTarget instanceof Node && t.contains(e.relatedTarget)) return;
			let r = `/clips/${encodeURIComponent(t.dataset.clip ?? "")}/media/poster`;
			n.getAttribute("src") !== r && (n.src = r);
		};
	}
	connectedCallback() {
		this.rove(this.links[0]), this.addEventListener("keydown", this.pressed), this.addEventListener("focusin", (e) => this.rove(e.target.closest("a"))), this.addEventListener("pointermove", this.shown), this.addEventListener("pointerout", this.restored);
	}
	get links() {
		return [...this.querySelectorAll("li > a")];
	}
	rove(e) {
		if (e) for (let t of this.links) t.tabIndex = t === e ? 0 : -1;
	}
};
customElements.define("jebi-grid", t);
// src/keys.ts
var n = !1;
function r(e) {
	let t = e.target;
	return e.ctrlKey || e.metaKey || e.altKey ? !0 : t instanceof HTMLElement && (t.isContentEditable || t.closest("input:not([type=range]), textarea, select") !== null);
}
function i(e) {
	if (e.key === "Escape" && a(), r(e) || document.querySelector("dialog[open]")) return;
	let t = n;
	if (n = e.key === "g", e.key === "/") {
		let t = document.querySelector("#q") ?? document.querySelector("[data-search]");
		if (!t) return;
		e.preventDefault(), t.focus(), t.select();
	} else e.key === "?" ? (e.preventDefault(), document.querySelector("#help")?.showModal()) : t && e.key === "a" && document.querySelector("nav a[href=\"/archive\"]") && location.assign("/archive");
}
function a() {
	for (let e of document.querySelectorAll("details.me[open]")) e.open = !1, e.querySelector("summary")?.focus();
}
document.addEventListener("keydown", i), document.addEventListener("click", (e) => {
	for (let t of document.querySelectorAll("details.me[open]")) e.target instanceof Node && !t.contains(e.target) && (t.open = !1);
});
// node_modules/@lit/reactive-element/css-tag.js
var o = globalThis, s = o.ShadowRoot && (o.ShadyCSS === void 0 || o.ShadyCSS.nativeShadow) && "adoptedStyleSheets" in Document.prototype && "replace" in CSSStyleSheet.prototype, c = Symbol(), l = /* @__PURE__ */ new WeakMap(), u = class {
	constructor(e, t, n) {
		if (this._$cssResult$ = !0, n !== c) throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");
		this.cssText = e, this.t = t;
	}
	get styleSheet() {
		let e = this.o, t = this.t;
		if (s && e === void 0) {
			let n = t !== void 0 && t.length === 1;
			n && (e = l.get(t)), e === void 0 && ((this.o = e = new CSSStyleSheet()).replaceSync(this.cssText), n && l.set(t, e));
		}
		return e;
	}
	toString() {
		return this.cssText;
	}
}, d = (e) => new u(typeof e == "string" ? e : e + "", void 0, c), ee = (e, t) => {
	if (s) e.adoptedStyleSheets = t.map((e) => e instanceof CSSStyleSheet ? e : e.styleSheet);
	else for (let n of t) {
		let t = document.createElement("style"), r = o.litNonce;
		r !== void 0 && t.setAttribute("nonce", r), t.textContent = n.cssText, e.appendChild(t);
	}
}, f = s ? (e) => e : (e) => e instanceof CSSStyleSheet ? ((e) => {
	let t = "";
	for (let n of e.cssRules) t += n.cssText;
	return d(t);
})(e) : e, { is: te, defineProperty: ne, getOwnPropertyDescriptor: re, getOwnPropertyNames: ie, getOwnPropertySymbols: ae, getPrototypeOf: oe } = Object, p = globalThis, m = p.trustedTypes, se = m ? m.emptyScript : "", ce = p.reactiveElementPolyfillSupport, h = (e, t) => e, g = {
	toAttribute(e, t) {
		switch (t) {
			case Boolean:
				e = e ? se : null;
				break;
			case Object:
			case Array: e = e == null ? e : JSON.stringify(e);
		}
		return e;
	},
	fromAttribute(e, t) {
		let n = e;
		switch (t) {
			case Boolean:
				n = e !== null;
				break;
			case Number:
				n = e === null ? null : Number(e);
				break;
			case Object:
			case Array: try {
				n = JSON.parse(e);
			} catch {
				n = null;
			}
		}
		return n;
	}
}, _ = (e, t) => !te(e, t), v = {
	attribute: !0,
	type: String,
	converter: g,
	reflect: !1,
	useDefault: !1,
	hasChanged: _
};
Symbol.metadata ??= Symbol("metadata"), p.litPropertyMetadata ??= /* @__PURE__ */ new WeakMap();
var y = class extends HTMLElement {
	static addInitializer(e) {
		this._$Ei(), (this.l ??= []).push(e);
	}
	static get observedAttributes() {
		return this.finalize(), this._$Eh && [...this._$Eh.keys()];
	}
	static createProperty(e, t = v) {
		if (t.state && (t.attribute = !1), this._$Ei(), this.prototype.hasOwnProperty(e) && ((t = Object.create(t)).wrapped = !0), this.elementProperties.set(e, t), !t.noAccessor) {
			let n = Symbol(), r = this.getPropertyDescriptor(e, n, t);
			r !== void 0 && ne(this.prototype, e, r);
		}
	}
	static getPropertyDescriptor(e, t, n) {
		let { get: r, set: i } = re(this.prototype, e) ?? {
			get() {
				return this[t];
			},
			set(e) {
				this[t] = e;
			}
		};
		return {
			get: r,
			set(t) {
				let a = r?.call(this);
				i?.call(this, t), this.requestUpdate(e, a, n);
			},
			configurable: !0,
			enumerable: !0
		};
	}
	static getPropertyOptions(e) {
		return this.elementProperties.get(e) ?? v;
	}
	static _$Ei() {
		if (this.hasOwnProperty(h("elementProperties"))) return;
		let e = oe(this);
		e.finalize(), e.l !== void 0 && (this.l = [...e.l]), this.elementProperties = new Map(e.elementProperties);
	}
	static finalize() {
		if (this.hasOwnProperty(h("finalized"))) return;
		if (this.finalized = !0, this._$Ei(), this.hasOwnProperty(h("properties"))) {
			let e = this.properties, t = [...ie(e), ...ae(e)];
			for (let n of t) this.createProperty(n, e[n]);
		}
		let e = this[Symbol.metadata];
		if (e !== null) {
			let t = litPropertyMetadata.get(e);
			if (t !== void 0) for (let [e, n] of t) this.elementProperties.set(e, n);
		}
		this._$Eh = /* @__PURE__ */ new Map();
		for (let [e, t] of this.elementProperties) {
			let n = this._$Eu(e, t);
			n !== void 0 && this._$Eh.set(n, e);
		}
		this.elementStyles = this.finalizeStyles(this.styles);
	}
	static finalizeStyles(e) {
		let t = [];
		if (Array.isArray(e)) {
			let n = new Set(e.flat(1 / 0).reverse());
			for (let e of n) t.unshift(f(e));
		} else e !== void 0 && t.push(f(e));
		return t;
	}
	static _$Eu(e, t) {
		let n = t.attribute;
		return !1 === n ? void 0 : typeof n == "string" ? n : typeof e == "string" ? e.toLowerCase() : void 0;
	}
	constructor() {
		super(), this._$Ep = void 0, this.isUpdatePending = !1, this.hasUpdated = !1, this._$Em = null, this._$Ev();
	}
	_$Ev() {
		this._$ES = new Promise((e) => this.enableUpdating = e), this._$AL = /* @__PURE__ */ new Map(), this._$E_(), this.requestUpdate(), this.constructor.l?.forEach((e) => e(this));
	}
	addController(e) {
		(this._$EO ??= /* @__PURE__ */ new Set()).add(e), this.renderRoot !== void 0 && this.isConnected && e.hostConnected?.();
	}
	removeController(e) {
		this._$EO?.delete(e);
	}
	_$E_() {
		let e = /* @__PURE__ */ new Map(), t = this.constructor.elementProperties;
		for (let n of t.keys()) this.hasOwnProperty(n) && (e.set(n, this[n]), delete this[n]);
		e.size > 0 && (this._$Ep = e);
	}
	createRenderRoot() {
		let e = this.shadowRoot ?? this.attachShadow(this.constructor.shadowRootOptions);
		return ee(e, this.constructor.elementStyles), e;
	}
	connectedCallback() {
		this.renderRoot ??= this.createRenderRoot(), this.enableUpdating(!0), this._$EO?.forEach((e) => e.hostConnected?.());
	}
	enableUpdating(e) {}
	disconnectedCallback() {
		this._$EO?.forEach((e) => e.hostDisconnected?.());
	}
	attributeChangedCallback(e, t, n) {
		this._$AK(e, n);
	}
	_$ET(e, t) {
		let n = this.constructor.elementProperties.get(e), r = this.constructor._$Eu(e, n);
		if (r !== void 0 && !0 === n.reflect) {
			let i = (n.converter?.toAttribute === void 0 ? g : n.converter).toAttribute(t, n.type);
			this._$Em = e, i == null ? this.removeAttribute(r) : this.setAttribute(r, i), this._$Em = null;
		}
	}
	_$AK(e, t) {
		let n = this.constructor, r = n._$Eh.get(e);
		if (r !== void 0 && this._$Em !== r) {
			let e = n.getPropertyOptions(r), i = typeof e.converter == "function" ? { fromAttribute: e.converter } : e.converter?.fromAttribute === void 0 ? g : e.converter;
			this._$Em = r;
			let a = i.fromAttribute(t, e.type);
			this[r] = a ?? this._$Ej?.get(r) ?? a, this._$Em = null;
		}
	}
	requestUpdate(e, t, n, r = !1, i) {
		if (e !== void 0) {
			let a = this.constructor;
			if (!1 === r && (i = this[e]), n ??= a.getPropertyOptions(e), !((n.hasChanged ?? _)(i, t) || n.useDefault && n.reflect && i === this._$Ej?.get(e) && !this.hasAttribute(a._$Eu(e, n)))) return;
			this.C(e, t, n);
		}
		!1 === this.isUpdatePending && (this._$ES = this._$EP());
	}
	C(e, t, { useDefault: n, reflect: r, wrapped: i }, a) {
		n && !(this._$Ej ??= /* @__PURE__ */ new Map()).has(e) && (this._$Ej.set(e, a ?? t ?? this[e]), !0 !== i || a !== void 0) || (this._$AL.has(e) || (this.hasUpdated || n || (t = void 0), this._$AL.set(e, t)), !0 === r && this._$Em !== e && (this._$Eq ??= /* @__PURE__ */ new Set()).add(e));
	}
	async _$EP() {
		this.isUpdatePending = !0;
		try {
			await this._$ES;
		} catch (e) {
			Promise.reject(e);
		}
		let e = this.scheduleUpdate();
		return e != null && await e, !this.isUpdatePending;
	}
	scheduleUpdate() {
		return this.performUpdate();
	}
	performUpdate() {
		if (!this.isUpdatePending) return;
		if (!this.hasUpdated) {
			if (this.renderRoot ??= this.createRenderRoot(), this._$Ep) {
				for (let [e, t] of this._$Ep) this[e] = t;
				this._$Ep = void 0;
			}
			let e = this.constructor.elementProperties;
			if (e.size > 0) for (let [t, n] of e) {
				let { wrapped: e } = n, r = this[t];
				!0 !== e || this._$AL.has(t) || r === void 0 || this.C(t, void 0, n, r);
			}
		}
		let e = !1, t = this._$AL;
		try {
			e = this.shouldUpdate(t), e ? (this.willUpdate(t), this._$EO?.forEach((e) => e.hostUpdate?.()), this.update(t)) : this._$EM();
		} catch (t) {
			throw e = !1, this._$EM(), t;
		}
		e && this._$AE(t);
	}
	willUpdate(e) {}
	_$AE(e) {
		this._$EO?.forEach((e) => e.hostUpdated?.()), this.hasUpdated || (this.hasUpdated = !0, this.firstUpdated(e)), this.updated(e);
	}
	_$EM() {
		this._$AL = /* @__PURE__ */ new Map(), this.isUpdatePending = !1;
	}
	get updateComplete() {
		return this.getUpdateComplete();
	}
	getUpdateComplete() {
		return this._$ES;
	}
	shouldUpdate(e) {
		return !0;
	}
	update(e) {
		this._$Eq &&= this._$Eq.forEach((e) => this._$ET(e, this[e])), this._$EM();
	}
	updated(e) {}
	firstUpdated(e) {}
};
y.elementStyles = [], y.shadowRootOptions = { mode: "open" }, y[h("elementProperties")] = /* @__PURE__ */ new Map(), y[h("finalized")] = /* @__PURE__ */ new Map(), ce?.({ ReactiveElement: y }), (p.reactiveElementVersions ??= []).push("2.1.2");
// node_modules/lit-html/lit-html.js
var b = globalThis, x = (e) => e, S = b.trustedTypes, C = S ? S.createPolicy("lit-html", { createHTML: (e) => e }) : void 0, w = "$lit$", T = `lit$${Math.random().toFixed(9).slice(2)}$`, le = "?" + T, ue = `<${le}>`, E = document, D = () => E.createComment(""), O = (e) => e === null || typeof e != "object" && typeof e != "function", k = Array.isArray, de = (e) => k(e) || typeof e?.[Symbol.iterator] == "function", A = "[ 	\n\f\r]", j = /<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g, M = /-->/g, N = />/g, P = RegExp(`>|${A}(?:([^\\s"'>=/]+)(${A}*=${A}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`, "g"), F = /'/g, I = /"/g, L = /^(?:script|style|textarea|title)$/i, R = (e) => (t, ...n) => ({
	_$litType$: e,
	strings: t,
	values: n
}), z = R(1), B = R(2), V = Symbol.for("lit-noChange"), H = Symbol.for("lit-nothing"), U = /* @__PURE__ */ new WeakMap(), W = E.createTreeWalker(E, 129);
function G(e, t) {
	if (!k(e) || !e.hasOwnProperty("raw")) throw Error("invalid template strings array");
	return C === void 0 ? t : C.createHTML(t);
}
var fe = (e, t) => {
	let n = e.length - 1, r = [], i, a = t === 2 ? "<svg>" : t === 3 ? "<math>" : "", o = j;
	for (let t = 0; t < n; t++) {
		let n = e[t], s, c, l = -1, u = 0;
		for (; u < n.length && (o.lastIndex = u, c = o.exec(n), c !== null);) u = o.lastIndex, o === j ? c[1] === "!--" ? o = M : c[1] === void 0 ? c[2] === void 0 ? c[3] !== void 0 && (o = P) : (L.test(c[2]) && (i = RegExp("</" + c[2], "g")), o = P) : o = N : o === P ? c[0] === ">" ? (o = i ?? j, l = -1) : c[1] === void 0 ? l = -2 : (l = o.lastIndex - c[2].length, s = c[1], o = c[3] === void 0 ? P : c[3] === "\"" ? I : F) : o === I || o === F ? o = P : o === M || o === N ? o = j : (o = P, i = void 0);
		let d = o === P && e[t + 1].startsWith("/>") ? " " : "";
		a += o === j ? n + ue : l >= 0 ? (r.push(s), n.slice(0, l) + w + n.slice(l) + T + d) : n + T + (l === -2 ? t : d);
	}
	return [G(e, a + (e[n] || "<?>") + (t === 2 ? "</svg>" : t === 3 ? "</math>" : "")), r];
}, K = class e {
	constructor({ strings: t, _$litType$: n }, r) {
		let i;
		this.parts = [];
		let a = 0, o = 0, s = t.length - 1, c = this.parts, [l, u] = fe(t, n);
		if (this.el = e.createElement(l, r), W.currentNode = this.el.content, n === 2 || n === 3) {
			let e = this.el.content.firstChild;
			e.replaceWith(...e.childNodes);
		}
		for (; (i = W.nextNode()) !== null && c.length < s;) {
			if (i.nodeType === 1) {
				if (i.hasAttributes()) for (let e of i.getAttributeNames()) if (e.endsWith(w)) {
					let t = u[o++], n = i.getAttribute(e).split(T), r = /([.?@])?(.*)/.exec(t);
					c.push({
						type: 1,
						index: a,
						name: r[2],
						strings: n,
						ctor: r[1] === "." ? me : r[1] === "?" ? he : r[1] === "@" ? ge : Y
					}), i.removeAttribute(e);
				} else e.startsWith(T) && (c.push({
					type: 6,
					index: a
				}), i.removeAttribute(e));
				if (L.test(i.tagName)) {
					let e = i.textContent.split(T), t = e.length - 1;
					if (t > 0) {
						i.textContent = S ? S.emptyScript : "";
						for (let n = 0; n < t; n++) i.append(e[n], D()), W.nextNode(), c.push({
							type: 2,
							index: ++a
						});
						i.append(e[t], D());
					}
				}
			} else if (i.nodeType === 8) {
				if (i.data === le) c.push({
					type: 2,
					index: a
				});
				else {
					let e = -1;
					for (; (e = i.data.indexOf(T, e + 1)) !== -1;) c.push({
						type: 7,
						index: a
					}), e += T.length - 1;
				}
			}
			a++;
		}
	}
	static createElement(e, t) {
		let n = E.createElement("template");
		return n.innerHTML = e, n;
	}
};
function q(e, t, n = e, r) {
	if (t === V) return t;
	let i = r === void 0 ? n._$Cl : n._$Co?.[r], a = O(t) ? void 0 : t._$litDirective$;
	return i?.constructor !== a && (i?._$AO?.(!1), a === void 0 ? i = void 0 : (i = new a(e), i._$AT(e, n, r)), r === void 0 ? n._$Cl = i : (n._$Co ??= [])[r] = i), i !== void 0 && (t = q(e, i._$AS(e, t.values), i, r)), t;
}
var pe = class {
	constructor(e, t) {
		this._$AV = [], this._$AN = void 0, this._$AD = e, this._$AM = t;
	}
	get parentNode() {
		return this._$AM.parentNode;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	u(e) {
		let { el: { content: t }, parts: n } = this._$AD, r = (e?.creationScope ?? E).importNode(t, !0);
		W.currentNode = r;
		let i = W.nextNode(), a = 0, o = 0, s = n[0];
		for (; s !== void 0;) {
			if (a === s.index) {
				let t;
				s.type === 2 ? t = new J(i, i.nextSibling, this, e) : s.type === 1 ? t = new s.ctor(i, s.name, s.strings, this, e) : s.type === 6 && (t = new _e(i, this, e)), this._$AV.push(t), s = n[++o];
			}
			a !== s?.index && (i = W.nextNode(), a++);
		}
		return W.currentNode = E, r;
	}
	p(e) {
		let t = 0;
		for (let n of this._$AV) n !== void 0 && (n.strings === void 0 ? n._$AI(e[t]) : (n._$AI(e, n, t), t += n.strings.length - 2)), t++;
	}
}, J = class e {
	get _$AU() {
		return this._$AM?._$AU ?? this._$Cv;
	}
	constructor(e, t, n, r) {
		this.type = 2, this._$AH = H, this._$AN = void 0, this._$AA = e, this._$AB = t, this._$AM = n, this.options = r, this._$Cv = r?.isConnected ?? !0;
	}
	get parentNode() {
		let e = this._$AA.parentNode, t = this._$AM;
		return t !== void 0 && e?.nodeType === 11 && (e = t.parentNode), e;
	}
	get startNode() {
		return this._$AA;
	}
	get endNode() {
		return this._$AB;
	}
	_$AI(e, t = this) {
		e = q(this, e, t), O(e) ? e === H || e == null || e === "" ? (this._$AH !== H && this._$AR(), this._$AH = H) : e !== this._$AH && e !== V && this._(e) : e._$litType$ === void 0 ? e.nodeType === void 0 ? de(e) ? this.k(e) : this._(e) : this.T(e) : this.$(e);
	}
	O(e) {
		return this._$AA.parentNode.insertBefore(e, this._$AB);
	}
	T(e) {
		this._$AH !== e && (this._$AR(), this._$AH = this.O(e));
	}
	_(e) {
		this._$AH !== H && O(this._$AH) ? this._$AA.nextSibling.data = e : this.T(E.createTextNode(e)), this._$AH = e;
	}
	$(e) {
		let { values: t, _$litType$: n } = e, r = typeof n == "number" ? this._$AC(e) : (n.el === void 0 && (n.el = K.createElement(G(n.h, n.h[0]), this.options)), n);
		if (this._$AH?._$AD === r) this._$AH.p(t);
		else {
			let e = new pe(r, this), n = e.u(this.options);
			e.p(t), this.T(n), this._$AH = e;
		}
	}
	_$AC(e) {
		let t = U.get(e.strings);
		return t === void 0 && U.set(e.strings, t = new K(e)), t;
	}
	k(t) {
		k(this._$AH) || (this._$AH = [], this._$AR());
		let n = this._$AH, r, i = 0;
		for (let a of t) i === n.length ? n.push(r = new e(this.O(D()), this.O(D()), this, this.options)) : r = n[i], r._$AI(a), i++;
		i < n.length && (this._$AR(r && r._$AB.nextSibling, i), n.length = i);
	}
	_$AR(e = this._$AA.nextSibling, t) {
		for (this._$AP?.(!1, !0, t); e !== this._$AB;) {
			let t = x(e).nextSibling;
			x(e).remove(), e = t;
		}
	}
	setConnected(e) {
		this._$AM === void 0 && (this._$Cv = e, this._$AP?.(e));
	}
}, Y = class {
	get tagName() {
		return this.element.tagName;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	constructor(e, t, n, r, i) {
		this.type = 1, this._$AH = H, this._$AN = void 0, this.element = e, this.name = t, this._$AM = r, this.options = i, n.length > 2 || n[0] !== "" || n[1] !== "" ? (this._$AH = Array(n.length - 1).fill(/* @__PURE__ */ new String()), this.strings = n) : this._$AH = H;
	}
	_$AI(e, t = this, n, r) {
		let i = this.strings, a = !1;
		if (i === void 0) e = q(this, e, t, 0), a = !O(e) || e !== this._$AH && e !== V, a && (this._$AH = e);
		else {
			let r = e, o, s;
			for (e = i[0], o = 0; o < i.length - 1; o++) s = q(this, r[n + o], t, o), s === V && (s = this._$AH[o]), a ||= !O(s) || s !== this._$AH[o], s === H ? e = H : e !== H && (e += (s ?? "") + i[o + 1]), this._$AH[o] = s;
		}
		a && !r && this.j(e);
	}
	j(e) {
		e === H ? this.element.removeAttribute(this.name) : this.element.setAttribute(this.name, e ?? "");
	}
}, me = class extends Y {
	constructor() {
		super(...arguments), this.type = 3;
	}
	j(e) {
		this.element[this.name] = e === H ? void 0 : e;
	}
}, he = class extends Y {
	constructor() {
		super(...arguments), this.type = 4;
	}
	j(e) {
		this.element.toggleAttribute(this.name, !!e && e !== H);
	}
}, ge = class extends Y {
	constructor(e, t, n, r, i) {
		super(e, t, n, r, i), this.type = 5;
	}
	_$AI(e, t = this) {
		if ((e = q(this, e, t, 0) ?? H) === V) return;
		let n = this._$AH, r = e === H && n !== H || e.capture !== n.capture || e.once !== n.once || e.passive !== n.passive, i = e !== H && (n === H || r);
		r && this.element.removeEventListener(this.name, this, n), i && this.element.addEventListener(this.name, this, e), this._$AH = e;
	}
	handleEvent(e) {
		typeof this._$AH == "function" ? this._$AH.call(this.options?.host ?? this.element, e) : this._$AH.handleEvent(e);
	}
}, _e = class {
	constructor(e, t, n) {
		this.element = e, this.type = 6, this._$AN = void 0, this._$AM = t, this.options = n;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	_$AI(e) {
		q(this, e);
	}
}, ve = b.litHtmlPolyfillSupport;
ve?.(K, J), (b.litHtmlVersions ??= []).push("3.3.3");
var ye = (e, t, n) => {
	let r = n?.renderBefore ?? t, i = r._$litPart$;
	if (i === void 0) {
		let e = n?.renderBefore ?? null;
		r._$litPart$ = i = new J(t.insertBefore(D(), e), e, void 0, n ?? {});
	}
	return i._$AI(e), i;
}, X = globalThis, Z = class extends y {
	constructor() {
		super(...arguments), this.renderOptions = { host: this }, this._$Do = void 0;
	}
	createRenderRoot() {
		let e = super.createRenderRoot();
		return this.renderOptions.renderBefore ??= e.firstChild, e;
	}
	update(e) {
		let t = this.render();
		this.hasUpdated || (this.renderOptions.isConnected = this.isConnected), super.update(e), this._$Do = ye(t, this.renderRoot, this.renderOptions);
	}
	connectedCallback() {
		super.connectedCallback(), this._$Do?.setConnected(!0);
	}
	disconnectedCallback() {
		super.disconnectedCallback(), this._$Do?.setConnected(!1);
	}
	render() {
		return V;
	}
};
Z._$litElement$ = !0, Z.finalized = !0, X.litElementHydrateSupport?.({ LitElement: Z });
var be = X.litElementPolyfillSupport;
be?.({ LitElement: Z }), (X.litElementVersions ??= []).push("4.2.2");
// src/live.ts
var xe = 500, Se = class extends Z {
	constructor(...e) {
		super(...e), this.timer = 0, this.drawn = null;
	}
	static {
		this.properties = {
			src: {},
			said: {},
			offer: {},
			isOffered: { state: !0 }
		};
	}
	createRenderRoot() {
		return this.drawn = this.querySelector("[data-live]"), this.appendChild(document.createElement("div"));
	}
	connectedCallback() {
		super.connectedCallback(), this.source = new EventSource(this.src), this.source.addEventListener("message", () => {
			window.clearTimeout(this.timer), this.timer = window.setTimeout(() => void this.changed(), xe);
		}), this.source.addEventListener("over", () => this.source?.close()), window.addEventListener("pagehide", () => this.source?.close());
	}
	disconnectedCallback() {
		super.disconnectedCallback(), this.source?.close();
	}
	async changed() {
		if (this.offer) {
			this.isOffered = !0;
			return;
		}
		if (!this.drawn || this.drawn.contains(document.activeElement)) return;
		let e = await fetch(location.href, {
			headers: { "x-jebi-live": "1" },
			redirect: "error"
		});
		if (!e.ok) return;
		let t = new DOMParser().parseFromString(await e.text(), "text/html").querySelector("[data-live]");
		t && this.drawn.replaceChildren(...t.childNodes);
	}
	render() {
		return this.isOffered ? z`<p class="notice" role="status"><a href=${location.pathname + location.search}>${this.offer}</a></p>` : H;
	}
};
customElements.define("jebi-live", Se);
// src/player.ts
var Ce = [
	.25,
	.5,
	1,
	1.5,
	2
], we = 1 / 30, Te = class extends Z {
	constructor(...e) {
		super(...e), this.frame = 0, this.current = null, this.heard = () => {
			this.isPlaying = !this.video.paused, this.isMuted = this.video.muted, cancelAnimationFrame(this.frame), this.tick();
		}, this.tick = () => {
			this.at = this.video.currentTime, this.follow(), this.video.paused || (this.frame = requestAnimationFrame(this.tick));
		}, this.led = () => {
			let e = /^#t=(\d{1,6}(?:\.\d{1,3})?)$/.exec(location.hash);
			e && (this.video.readyState > 0 ? this.seek(Number(e[1])) : this.video.addEventListener("loadedmetadata", () => this.seek(Number(e[1])), { once: !0 }));
		}, this.clicked = (e) => {
			let t = e.target instanceof Element ? e.target : null, n = t?.closest("[data-now]");
			if (n) {
				let e = n.parentElement?.querySelector("input");
				e && (e.value = Q(this.video.currentTime));
			}
			let r = t?.closest("a[href^=\"#t=\"]");
			r && r.hash === location.hash && this.led();
		}, this.pressed = (e) => {
			if (r(e) || document.querySelector("dialog[open]")) return;
			let t = e.target instanceof Element ? e.target : document.body, n = t.closest("button, summary, a") !== null, i = {
				k: () => this.toggle(),
				j: () => this.seek(this.video.currentTime - 10),
				l: () => this.seek(this.video.currentTime + 10),
				"[": () => this.shot(-1),
				"]": () => this.shot(1),
				",": () => this.seek(this.video.currentTime - we),
				".": () => this.seek(this.video.currentTime + we),
				m: () => this.video.muted = !this.video.muted,
				f: () => this.full(),
				n: () => this.note()
			};
			n || (i[" "] = () => this.toggle()), n && t !== document.body || (i.ArrowLeft = () => this.seek(this.video.currentTime - 5), i.ArrowRight = () => this.seek(this.video.currentTime + 5));
			let a = i[e.key];
			a && (e.preventDefault(), a());
		};
	}
	static {
		this.properties = {
			for: {},
			waveform: {},
			shots: {},
			duration: { type: Number },
			words: { type: Object },
			at: { state: !0 },
			isPlaying: { state: !0 },
			isMuted: { state: !0 },
			isBroken: { state: !0 }
		};
	}
	createRenderRoot() {
		return this;
	}
	connectedCallback() {
		super.connectedCallback();
		let e = document.getElementById(this.for);
		if (!(e instanceof HTMLVideoElement)) throw Error("a player stands beside its video");
		this.video = e, this.at = 0, e.controls = !1;
		for (let t of [
			"play",
			"pause",
			"volumechange",
			"seeked",
			"loadedmetadata",
			"ended"
		]) e.addEventListener(t, this.heard);
		e.addEventListener("error", () => this.isBroken = !0), e.addEventListener("click", () => this.toggle()), document.addEventListener("keydown", this.pressed), window.addEventListener("hashchange", this.led), document.addEventListener("click", this.clicked);
		for (let e of document.querySelectorAll("[data-now]")) e.hidden = !1;
		new ResizeObserver(() => this.drawWave()).observe(this), matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.drawWave()), this.led();
	}
	get length() {
		return Number.isFinite(this.video.duration) && this.video.duration > 0 ? this.video.duration : this.duration || 0;
	}
	get cuts() {
		return this.shots.trim().split(" ").filter(Boolean).map(Number);
	}
	follow() {
		for (let e of document.querySelectorAll("a[data-start]")) {
			let t = this.at >= Number(e.dataset.start) - .05 && this.at < Number(e.dataset.end) - .05;
			t !== (e.getAttribute("aria-current") === "true") && (t ? (e.setAttribute("aria-current", "true"), e.closest(".cues") && e !== this.current && this.reveal(e)) : e.removeAttribute("aria-current"));
		}
	}
	reveal(e) {
		this.current = e;
		let t = e.closest(".cues"), n = e.parentElement;
		t && n && t.scrollHeight > t.clientHeight && (t.scrollTop = n.offsetTop - t.offsetTop - t.clientHeight / 3);
	}
	seek(e) {
		let t = this.length;
		this.video.currentTime = Math.max(0, t ? Math.min(e, t) : e), this.at = this.video.currentTime, this.follow();
	}
	toggle() {
		this.video.paused ? this.video.play().catch(() => void 0) : this.video.pause();
	}
	shot(e) {
		let t = this.cuts, n = t.find((e) => e > this.video.currentTime + .05), r = t.filter((e) => e < this.video.currentTime - .5).at(-1);
		this.seek(e > 0 ? n ?? this.length : r ?? 0);
	}
	full() {
		document.fullscreenElement ? document.exitFullscreen() : this.video.parentElement?.requestFullscreen();
	}
	note() {
		let e = document.querySelector("[data-note]"), t = e?.form?.elements.namedItem("at");
		e && (t instanceof HTMLInputElement && (t.value = Q(this.video.currentTime)), this.video.pause(), e.focus());
	}
	updated(e) {
		(e.has("waveform") || e.has("shots")) && this.drawWave();
		let t = this.querySelector(".playhead");
		t && t.style.setProperty("--at", `${this.length ? this.at / this.length * 100 : 0}%`);
	}
	drawWave() {
		let e = this.querySelector("canvas"), t = e?.getContext("2d");
		if (!e || !t) return;
		let n = window.devicePixelRatio || 1, { width: r, height: i } = e.getBoundingClientRect();
		e.width = Math.round(r * n), e.height = Math.round(i * n), t.scale(n, n);
		let a = getComputedStyle(this), o = this.waveform.match(/../g)?.map((e) => parseInt(e, 16) / 255) ?? [];
		t.fillStyle = a.getPropertyValue("--wave");
		for (let e = 0; e < r; e += 3) {
			let n = o[Math.floor(e / r * o.length)] ?? 0, a = Math.max(1.5, n * (i - 6));
			t.fillRect(e, (i - a) / 2, 2, a);
		}
		t.fillStyle = a.getPropertyValue("--cut");
		for (let e of this.cuts) e > 0 && t.fillRect(e / (this.length || 1) * r, 0, 1, i);
	}
	render() {
		let e = this.words;
		if (this.isBroken) return z`<p class="alert" role="alert">${e.broken}</p>`;
		let t = this.length;
		return z`
            <div class="track">
                <canvas aria-hidden="true"></canvas><span class="playhead" aria-hidden="true"></span>
                <input type="range" min="0" max=${t} step="0.1" .value=${String(this.at)} aria-label=${e.seek} aria-valuetext="${Q(this.at)} / ${Q(t)}"
                    @input=${(e) => this.seek(Number(e.target.value))}>
            </div>
            <div class="controls">
                <button type="button" class="primary round" aria-label=${this.isPlaying ? e.pause : e.play} @click=${() => this.toggle()}>${this.isPlaying ? De : Ee}</button>
                <button type="button" class="round" aria-label=${e.previous} title="${e.previous} [" @click=${() => this.shot(-1)}>${Oe}</button>
                <button type="button" class="round" aria-label=${e.next} title="${e.next} ]" @click=${() => this.shot(1)}>${ke}</button>
                <span class="clock">${Q(this.at)} <i>/ ${Q(t)}</i></span>
                <span class="gap"></span>
                ${this.choices(e)}
                <button type="button" class="round" aria-label=${this.isMuted ? e.unmute : e.mute} @click=${() => this.video.muted = !this.video.muted}>${this.isMuted ? je : Ae}</button>
                <button type="button" class="round" aria-label=${e.full} @click=${() => this.full()}>${Me}</button>
            </div>`;
	}
	choices(e) {
		let t = [...this.video.textTracks];
		return z`
            ${t.length ? z`<label><span class="unseen">${e.subtitles}</span><select title=${e.subtitles} @change=${(e) => t.forEach((t, n) => t.mode = Number(e.target.value) === n ? "showing" : "disabled")}><option value="-1">${e.subtitles}: ${e.off}</option>${t.map((e, t) => z`<option value=${t}>${e.label}</option>`)}</select></label>` : H}
            <label><span class="unseen">${e.speed}</span><select title=${e.speed} @change=${(e) => this.video.playbackRate = Number(e.target.value)}>${Ce.map((e) => z`<option value=${e} ?selected=${e === 1}>${e}×</option>`)}</select></label>`;
	}
};
function Q(e) {
	let t = Math.max(0, Math.floor(e)), [n, r, i] = [
		Math.floor(t / 3600),
		Math.floor(t / 60) % 60,
		String(t % 60).padStart(2, "0")
	];
	return n ? `${n}:${String(r).padStart(2, "0")}:${i}` : `${r}:${i}`;
}
var $ = (e) => z`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${e}</svg>`, Ee = $(B`<path class="solid" d="M6 3.500v13l11-6.500z"/>`), De = $(B`<path class="solid" d="M5 3.500h3.500v13H5zM11.500 3.500H15v13h-3.500z"/>`), Oe = $(B`<path d="M5 4v12"/><path class="solid" d="M15.500 4.500v11L7.500 10z"/>`), ke = $(B`<path d="M15 4v12"/><path class="solid" d="M4.500 4.500v11l8-5.500z"/>`), Ae = $(B`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="M13 7.500a3.500 3.500 0 0 1 0 5M15.500 5a7 7 0 0 1 0 10"/>`), je = $(B`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="m13.500 8 4 4M17.500 8l-4 4"/>`), Me = $(B`<path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"/>`);
customElements.define("jebi-player", Te);
