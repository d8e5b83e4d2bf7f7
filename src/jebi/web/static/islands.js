// node_modules/@lit/reactive-element/css-tag.js
var e = globalThis, t = e.ShadowRoot && (e.ShadyCSS === void 0 || e.ShadyCSS.nativeShadow) && "adoptedStyleSheets" in Document.prototype && "replace" in CSSStyleSheet.prototype, n = Symbol(), r = /* @__PURE__ */ new WeakMap(), i = class {
	constructor(e, t, r) {
		if (this._$cssResult$ = !0, r !== n) throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");
		this.cssText = e, this.t = t;
	}
	get styleSheet() {
		let e = this.o, n = this.t;
		if (t && e === void 0) {
			let t = n !== void 0 && n.length === 1;
			t && (e = r.get(n)), e === void 0 && ((this.o = e = new CSSStyleSheet()).replaceSync(this.cssText), t && r.set(n, e));
		}
		return e;
	}
	toString() {
		return this.cssText;
	}
}, a = (e) => new i(typeof e == "string" ? e : e + "", void 0, n), o = (n, r) => {
	if (t) n.adoptedStyleSheets = r.map((e) => e instanceof CSSStyleSheet ? e : e.styleSheet);
	else for (let t of r) {
		let r = document.createElement("style"), i = e.litNonce;
		i !== void 0 && r.setAttribute("nonce", i), r.textContent = t.cssText, n.appendChild(r);
	}
}, s = t ? (e) => e : (e) => e instanceof CSSStyleSheet ? ((e) => {
	let t = "";
	for (let n of e.cssRules) t += n.cssText;
	return a(t);
})(e) : e, { is: c, defineProperty: l, getOwnPropertyDescriptor: u, getOwnPropertyNames: d, getOwnPropertySymbols: ee, getPrototypeOf: te } = Object, f = globalThis, p = f.trustedTypes, ne = p ? p.emptyScript : "", re = f.reactiveElementPolyfillSupport, m = (e, t) => e, h = {
	toAttribute(e, t) {
		switch (t) {
			case Boolean:
				e = e ? ne : null;
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
}, ie = (e, t) => !c(e, t), ae = {
	attribute: !0,
	type: String,
	converter: h,
	reflect: !1,
	useDefault: !1,
	hasChanged: ie
};
Symbol.metadata ??= Symbol("metadata"), f.litPropertyMetadata ??= /* @__PURE__ */ new WeakMap();
var g = class extends HTMLElement {
	static addInitializer(e) {
		this._$Ei(), (this.l ??= []).push(e);
	}
	static get observedAttributes() {
		return this.finalize(), this._$Eh && [...this._$Eh.keys()];
	}
	static createProperty(e, t = ae) {
		if (t.state && (t.attribute = !1), this._$Ei(), this.prototype.hasOwnProperty(e) && ((t = Object.create(t)).wrapped = !0), this.elementProperties.set(e, t), !t.noAccessor) {
			let n = Symbol(), r = this.getPropertyDescriptor(e, n, t);
			r !== void 0 && l(this.prototype, e, r);
		}
	}
	static getPropertyDescriptor(e, t, n) {
		let { get: r, set: i } = u(this.prototype, e) ?? {
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
		return this.elementProperties.get(e) ?? ae;
	}
	static _$Ei() {
		if (this.hasOwnProperty(m("elementProperties"))) return;
		let e = te(this);
		e.finalize(), e.l !== void 0 && (this.l = [...e.l]), this.elementProperties = new Map(e.elementProperties);
	}
	static finalize() {
		if (this.hasOwnProperty(m("finalized"))) return;
		if (this.finalized = !0, this._$Ei(), this.hasOwnProperty(m("properties"))) {
			let e = this.properties, t = [...d(e), ...ee(e)];
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
			for (let e of n) t.unshift(s(e));
		} else e !== void 0 && t.push(s(e));
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
		return o(e, this.constructor.elementStyles), e;
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
			let i = (n.converter?.toAttribute === void 0 ? h : n.converter).toAttribute(t, n.type);
			this._$Em = e, i == null ? this.removeAttribute(r) : this.setAttribute(r, i), this._$Em = null;
		}
	}
	_$AK(e, t) {
		let n = this.constructor, r = n._$Eh.get(e);
		if (r !== void 0 && this._$Em !== r) {
			let e = n.getPropertyOptions(r), i = typeof e.converter == "function" ? { fromAttribute: e.converter } : e.converter?.fromAttribute === void 0 ? h : e.converter;
			this._$Em = r;
			let a = i.fromAttribute(t, e.type);
			this[r] = a ?? this._$Ej?.get(r) ?? a, this._$Em = null;
		}
	}
	requestUpdate(e, t, n, r = !1, i) {
		if (e !== void 0) {
			let a = this.constructor;
			if (!1 === r && (i = this[e]), n ??= a.getPropertyOptions(e), !((n.hasChanged ?? ie)(i, t) || n.useDefault && n.reflect && i === this._$Ej?.get(e) && !this.hasAttribute(a._$Eu(e, n)))) return;
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
g.elementStyles = [], g.shadowRootOptions = { mode: "open" }, g[m("elementProperties")] = /* @__PURE__ */ new Map(), g[m("finalized")] = /* @__PURE__ */ new Map(), re?.({ ReactiveElement: g }), (f.reactiveElementVersions ??= []).push("2.1.2");
// node_modules/lit-html/lit-html.js
var _ = globalThis, oe = (e) => e, v = _.trustedTypes, se = v ? v.createPolicy("lit-html", { createHTML: (e) => e }) : void 0, ce = "$lit$", y = `lit$${Math.random().toFixed(9).slice(2)}$`, le = "?" + y, ue = `<${le}>`, b = document, x = () => b.createComment(""), S = (e) => e === null || typeof e != "object" && typeof e != "function", C = Array.isArray, de = (e) => C(e) || typeof e?.[Symbol.iterator] == "function", w = "[ 	\n\f\r]", T = /<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g, fe = /-->/g, pe = />/g, E = RegExp(`>|${w}(?:([^\\s"'>=/]+)(${w}*=${w}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`, "g"), me = /'/g, he = /"/g, ge = /^(?:script|style|textarea|title)$/i, _e = (e) => (t, ...n) => ({
	_$litType$: e,
	strings: t,
	values: n
}), D = _e(1), O = _e(2), k = Symbol.for("lit-noChange"), A = Symbol.for("lit-nothing"), ve = /* @__PURE__ */ new WeakMap(), j = b.createTreeWalker(b, 129);
function ye(e, t) {
	if (!C(e) || !e.hasOwnProperty("raw")) throw Error("invalid template strings array");
	return se === void 0 ? t : se.createHTML(t);
}
var be = (e, t) => {
	let n = e.length - 1, r = [], i, a = t === 2 ? "<svg>" : t === 3 ? "<math>" : "", o = T;
	for (let t = 0; t < n; t++) {
		let n = e[t], s, c, l = -1, u = 0;
		for (; u < n.length && (o.lastIndex = u, c = o.exec(n), c !== null);) u = o.lastIndex, o === T ? c[1] === "!--" ? o = fe : c[1] === void 0 ? c[2] === void 0 ? c[3] !== void 0 && (o = E) : (ge.test(c[2]) && (i = RegExp("</" + c[2], "g")), o = E) : o = pe : o === E ? c[0] === ">" ? (o = i ?? T, l = -1) : c[1] === void 0 ? l = -2 : (l = o.lastIndex - c[2].length, s = c[1], o = c[3] === void 0 ? E : c[3] === "\"" ? he : me) : o === he || o === me ? o = E : o === fe || o === pe ? o = T : (o = E, i = void 0);
		let d = o === E && e[t + 1].startsWith("/>") ? " " : "";
		a += o === T ? n + ue : l >= 0 ? (r.push(s), n.slice(0, l) + ce + n.slice(l) + y + d) : n + y + (l === -2 ? t : d);
	}
	return [ye(e, a + (e[n] || "<?>") + (t === 2 ? "</svg>" : t === 3 ? "</math>" : "")), r];
}, M = class e {
	constructor({ strings: t, _$litType$: n }, r) {
		let i;
		this.parts = [];
		let a = 0, o = 0, s = t.length - 1, c = this.parts, [l, u] = be(t, n);
		if (this.el = e.createElement(l, r), j.currentNode = this.el.content, n === 2 || n === 3) {
			let e = this.el.content.firstChild;
			e.replaceWith(...e.childNodes);
		}
		for (; (i = j.nextNode()) !== null && c.length < s;) {
			if (i.nodeType === 1) {
				if (i.hasAttributes()) for (let e of i.getAttributeNames()) if (e.endsWith(ce)) {
					let t = u[o++], n = i.getAttribute(e).split(y), r = /([.?@])?(.*)/.exec(t);
					c.push({
						type: 1,
						index: a,
						name: r[2],
						strings: n,
						ctor: r[1] === "." ? Se : r[1] === "?" ? Ce : r[1] === "@" ? we : F
					}), i.removeAttribute(e);
				} else e.startsWith(y) && (c.push({
					type: 6,
					index: a
				}), i.removeAttribute(e));
				if (ge.test(i.tagName)) {
					let e = i.textContent.split(y), t = e.length - 1;
					if (t > 0) {
						i.textContent = v ? v.emptyScript : "";
						for (let n = 0; n < t; n++) i.append(e[n], x()), j.nextNode(), c.push({
							type: 2,
							index: ++a
						});
						i.append(e[t], x());
					}
				}
			} else if (i.nodeType === 8) {
				if (i.data === le) c.push({
					type: 2,
					index: a
				});
				else {
					let e = -1;
					for (; (e = i.data.indexOf(y, e + 1)) !== -1;) c.push({
						type: 7,
						index: a
					}), e += y.length - 1;
				}
			}
			a++;
		}
	}
	static createElement(e, t) {
		let n = b.createElement("template");
		return n.innerHTML = e, n;
	}
};
function N(e, t, n = e, r) {
	if (t === k) return t;
	let i = r === void 0 ? n._$Cl : n._$Co?.[r], a = S(t) ? void 0 : t._$litDirective$;
	return i?.constructor !== a && (i?._$AO?.(!1), a === void 0 ? i = void 0 : (i = new a(e), i._$AT(e, n, r)), r === void 0 ? n._$Cl = i : (n._$Co ??= [])[r] = i), i !== void 0 && (t = N(e, i._$AS(e, t.values), i, r)), t;
}
var xe = class {
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
		let { el: { content: t }, parts: n } = this._$AD, r = (e?.creationScope ?? b).importNode(t, !0);
		j.currentNode = r;
		let i = j.nextNode(), a = 0, o = 0, s = n[0];
		for (; s !== void 0;) {
			if (a === s.index) {
				let t;
				s.type === 2 ? t = new P(i, i.nextSibling, this, e) : s.type === 1 ? t = new s.ctor(i, s.name, s.strings, this, e) : s.type === 6 && (t = new Te(i, this, e)), this._$AV.push(t), s = n[++o];
			}
			a !== s?.index && (i = j.nextNode(), a++);
		}
		return j.currentNode = b, r;
	}
	p(e) {
		let t = 0;
		for (let n of this._$AV) n !== void 0 && (n.strings === void 0 ? n._$AI(e[t]) : (n._$AI(e, n, t), t += n.strings.length - 2)), t++;
	}
}, P = class e {
	get _$AU() {
		return this._$AM?._$AU ?? this._$Cv;
	}
	constructor(e, t, n, r) {
		this.type = 2, this._$AH = A, this._$AN = void 0, this._$AA = e, this._$AB = t, this._$AM = n, this.options = r, this._$Cv = r?.isConnected ?? !0;
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
		e = N(this, e, t), S(e) ? e === A || e == null || e === "" ? (this._$AH !== A && this._$AR(), this._$AH = A) : e !== this._$AH && e !== k && this._(e) : e._$litType$ === void 0 ? e.nodeType === void 0 ? de(e) ? this.k(e) : this._(e) : this.T(e) : this.$(e);
	}
	O(e) {
		return this._$AA.parentNode.insertBefore(e, this._$AB);
	}
	T(e) {
		this._$AH !== e && (this._$AR(), this._$AH = this.O(e));
	}
	_(e) {
		this._$AH !== A && S(this._$AH) ? this._$AA.nextSibling.data = e : this.T(b.createTextNode(e)), this._$AH = e;
	}
	$(e) {
		let { values: t, _$litType$: n } = e, r = typeof n == "number" ? this._$AC(e) : (n.el === void 0 && (n.el = M.createElement(ye(n.h, n.h[0]), this.options)), n);
		if (this._$AH?._$AD === r) this._$AH.p(t);
		else {
			let e = new xe(r, this), n = e.u(this.options);
			e.p(t), this.T(n), this._$AH = e;
		}
	}
	_$AC(e) {
		let t = ve.get(e.strings);
		return t === void 0 && ve.set(e.strings, t = new M(e)), t;
	}
	k(t) {
		C(this._$AH) || (this._$AH = [], this._$AR());
		let n = this._$AH, r, i = 0;
		for (let a of t) i === n.length ? n.push(r = new e(this.O(x()), this.O(x()), this, this.options)) : r = n[i], r._$AI(a), i++;
		i < n.length && (this._$AR(r && r._$AB.nextSibling, i), n.length = i);
	}
	_$AR(e = this._$AA.nextSibling, t) {
		for (this._$AP?.(!1, !0, t); e !== this._$AB;) {
			let t = oe(e).nextSibling;
			oe(e).remove(), e = t;
		}
	}
	setConnected(e) {
		this._$AM === void 0 && (this._$Cv = e, this._$AP?.(e));
	}
}, F = class {
	get tagName() {
		return this.element.tagName;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	constructor(e, t, n, r, i) {
		this.type = 1, this._$AH = A, this._$AN = void 0, this.element = e, this.name = t, this._$AM = r, this.options = i, n.length > 2 || n[0] !== "" || n[1] !== "" ? (this._$AH = Array(n.length - 1).fill(/* @__PURE__ */ new String()), this.strings = n) : this._$AH = A;
	}
	_$AI(e, t = this, n, r) {
		let i = this.strings, a = !1;
		if (i === void 0) e = N(this, e, t, 0), a = !S(e) || e !== this._$AH && e !== k, a && (this._$AH = e);
		else {
			let r = e, o, s;
			for (e = i[0], o = 0; o < i.length - 1; o++) s = N(this, r[n + o], t, o), s === k && (s = this._$AH[o]), a ||= !S(s) || s !== this._$AH[o], s === A ? e = A : e !== A && (e += (s ?? "") + i[o + 1]), this._$AH[o] = s;
		}
		a && !r && this.j(e);
	}
	j(e) {
		e === A ? this.element.removeAttribute(this.name) : this.element.setAttribute(this.name, e ?? "");
	}
}, Se = class extends F {
	constructor() {
		super(...arguments), this.type = 3;
	}
	j(e) {
		this.element[this.name] = e === A ? void 0 : e;
	}
}, Ce = class extends F {
	constructor() {
		super(...arguments), this.type = 4;
	}
	j(e) {
		this.element.toggleAttribute(this.name, !!e && e !== A);
	}
}, we = class extends F {
	constructor(e, t, n, r, i) {
		super(e, t, n, r, i), this.type = 5;
	}
	_$AI(e, t = this) {
		if ((e = N(this, e, t, 0) ?? A) === k) return;
		let n = this._$AH, r = e === A && n !== A || e.capture !== n.capture || e.once !== n.once || e.passive !== n.passive, i = e !== A && (n === A || r);
		r && this.element.removeEventListener(this.name, this, n), i && this.element.addEventListener(this.name, this, e), this._$AH = e;
	}
	handleEvent(e) {
		typeof this._$AH == "function" ? this._$AH.call(this.options?.host ?? this.element, e) : this._$AH.handleEvent(e);
	}
}, Te = class {
	constructor(e, t, n) {
		this.element = e, this.type = 6, this._$AN = void 0, this._$AM = t, this.options = n;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	_$AI(e) {
		N(this, e);
	}
}, Ee = _.litHtmlPolyfillSupport;
Ee?.(M, P), (_.litHtmlVersions ??= []).push("3.3.3");
var De = (e, t, n) => {
	let r = n?.renderBefore ?? t, i = r._$litPart$;
	if (i === void 0) {
		let e = n?.renderBefore ?? null;
		r._$litPart$ = i = new P(t.insertBefore(x(), e), e, void 0, n ?? {});
	}
	return i._$AI(e), i;
}, I = globalThis, L = class extends g {
	constructor() {
		super(...arguments), this.renderOptions = { host: this }, this._$Do = void 0;
	}
	createRenderRoot() {
		let e = super.createRenderRoot();
		return this.renderOptions.renderBefore ??= e.firstChild, e;
	}
	update(e) {
		let t = this.render();
		this.hasUpdated || (this.renderOptions.isConnected = this.isConnected), super.update(e), this._$Do = De(t, this.renderRoot, this.renderOptions);
	}
	connectedCallback() {
		super.connectedCallback(), this._$Do?.setConnected(!0);
	}
	disconnectedCallback() {
		super.disconnectedCallback(), this._$Do?.setConnected(!1);
	}
	render() {
		return k;
	}
};
L._$litElement$ = !0, L.finalized = !0, I.litElementHydrateSupport?.({ LitElement: L });
var Oe = I.litElementPolyfillSupport;
Oe?.({ LitElement: L }), (I.litElementVersions ??= []).push("4.2.2");
// src/editor_plan.ts
var R = 1e4, ke = 1e6, Ae = 2e6;
function je(e) {
	let t = e.sources.map(({ covers: e, open: t, ...n }) => ({
		...n,
		held: [...e.map((e, t) => ({
			...e,
			id: t,
			isOpen: !1
		})), ...t.map((e, t) => ({
			kind: "face",
			style: "solid",
			keys: e,
			id: ke + t,
			isOpen: !0
		}))]
	}));
	return {
		...e,
		sources: t
	};
}
function Me(e) {
	return Math.max(Ae, ...e.sources.flatMap((e) => e.held.map((e) => e.id + 1)));
}
function z(e) {
	let { title: t, summary: n, why: r, places: i, themes: a, filmed: o } = e.about, s = {
		title: B(t),
		summary: B(n),
		why: B(r),
		places: Ne(i),
		themes: Ne(a),
		filmed: o.trim()
	}, c = e.sources.map(({ held: e, sounds: t, ...n }) => ({
		...n,
		covers: e.filter((e) => !e.isOpen).map(({ kind: e, style: t, keys: n }) => ({
			kind: e,
			style: t,
			keys: n
		})),
		open: e.filter((e) => e.isOpen).map((e) => e.keys),
		sounds: [...t].sort((e, t) => e[0] - t[0])
	}));
	return JSON.stringify(V({
		...e,
		about: s,
		sources: c
	}));
}
function B(e) {
	return Object.fromEntries(Object.entries(e).map(([e, t]) => [e, t.trim()]).filter(([, e]) => e));
}
function Ne(e) {
	return [...new Set(e.map((e) => e.trim()).filter(Boolean))];
}
function V(e) {
	if (Array.isArray(e)) return e.map(V);
	if (typeof e != "object" || !e) return e;
	let t = Object.entries(e).sort(([e], [t]) => e < t ? -1 : 1);
	return Object.fromEntries(t.map(([e, t]) => [e, V(t)]));
}
function Pe(e) {
	let t = e.trim().split(":");
	return t.length > 3 || !t.every((e) => /^\d{1,6}(\.\d{1,3})?$/.test(e)) ? null : Math.round(t.reduce((e, t) => e * 60 + Number(t), 0) * 1e3);
}
function H(e) {
	let t = Math.floor(Math.max(0, e) / 1e3), n = Math.max(0, e) % 1e3, [r, i, a] = [
		Math.floor(t / 3600),
		Math.floor(t / 60) % 60,
		String(t % 60).padStart(2, "0")
	], o = n ? `.${String(Math.round(n)).padStart(3, "0").replace(/0+$/, "")}` : "";
	return (r ? `${r}:${String(i).padStart(2, "0")}:${a}` : `${i}:${a}`) + o;
}
function Fe(e, t) {
	return (e ?? "").replace(/\{(\w+)\}/g, (e, n) => String(t[n] ?? e));
}
var Ie = .3, Le = [
	2,
	.6,
	7
], Re = 50, ze = (e) => e.keys[0], Be = (e) => e.keys.at(-1), U = (e) => ze(e)[0], W = (e) => Be(e)[0];
function G(e, t) {
	if (t < U(e) || t > W(e)) return null;
	let n = e.keys.findIndex((e) => e[0] >= t), r = e.keys[n], i = e.keys[Math.max(0, n - 1)], a = r[0] > i[0] ? (t - i[0]) / (r[0] - i[0]) : 0, [o, s, c, l] = Ve(i).map((e, t) => e + a * (Ve(r)[t] - e));
	return Xe(o, s, c, l);
}
var Ve = ([, e, t, n, r]) => [
	e,
	t,
	e + n,
	t + r
];
function K([e, t, n, r]) {
	let [i, a] = [n, r].map((e) => Math.round(Math.min(R, Math.max(Re, e))));
	return [
		Math.round(Math.min(R - i, Math.max(0, e))),
		Math.round(Math.min(R - a, Math.max(0, t))),
		i,
		a
	];
}
function He(e, t, n) {
	let r = [...e.keys.filter((e) => e[0] !== t), [t, ...K(n)]];
	return {
		...e,
		keys: r.sort((e, t) => e[0] - t[0])
	};
}
function Ue(e, t) {
	let n = e.keys.map((e) => Math.abs(e[0] - t));
	return n.indexOf(Math.min(...n));
}
function We(e, t) {
	let n = Ue(e, t);
	return e.keys.length > 1 ? {
		...e,
		keys: e.keys.filter((e, t) => t !== n)
	} : e;
}
function Ge(e, t) {
	let n = Math.max(0, t - 50);
	if (n > W(e)) return e;
	let r = G(e, n) ?? ze(e).slice(1);
	return {
		...e,
		keys: [[n, ...r], ...e.keys.filter((e) => e[0] > n)]
	};
}
function Ke(e, t, n) {
	let r = Math.min(Math.max(n, W(e)), t + 50);
	if (r < U(e)) return e;
	let i = G(e, r) ?? Be(e).slice(1);
	return {
		...e,
		keys: [...e.keys.filter((e) => e[0] < r), [r, ...i]]
	};
}
function qe(e, t) {
	let n = [...new Set([...e.keys, ...t.keys].map((e) => e[0]))].sort((e, t) => e - t).map((n) => {
		let r = [G(e, n), G(t, n)].filter((e) => e !== null), [i, a] = [Math.min(...r.map((e) => e[0])), Math.min(...r.map((e) => e[1]))], o = Math.max(...r.map((e) => e[0] + e[2])), s = Math.max(...r.map((e) => e[1] + e[3]));
		return [
			n,
			i,
			a,
			o - i,
			s - a
		];
	});
	return {
		...e,
		keys: n
	};
}
function Je(e, t) {
	return Math.max(U(e) - W(t), U(t) - W(e));
}
function Ye(e) {
	let [t, n, r] = Le, i = e.keys.map(([e, i, a, o, s]) => {
		let [c, l] = [o / 1.6, s / 1.6], [u, d] = [i + o / 2, a + Ie * l], [ee, te] = [Math.max(0, u - (t + .5) * c), Math.min(R, u + (t + .5) * c)], [f, p] = [Math.max(0, d - n * l), Math.min(R, d + (1 + r) * l)];
		return [e, ...Xe(ee, f, te, p)];
	});
	return {
		...e,
		kind: "figure",
		keys: i
	};
}
function Xe(e, t, n, r) {
	let [i, a] = [Math.floor(e), Math.floor(t)];
	return [
		i,
		a,
		Math.max(1, Math.ceil(n) - i),
		Math.max(1, Math.ceil(r) - a)
	];
}
function Ze(e, t, n, r) {
	let i = K(n), [a, o] = [Math.max(0, t - 500), Math.min(Math.max(r, t + 50), t + 500)];
	return {
		id: e,
		isOpen: !1,
		kind: "hand",
		style: "solid",
		keys: [[a, ...i], [o, ...i]]
	};
}
function q(e, t, n) {
	return {
		...e,
		sources: e.sources.map((e, r) => r === t ? {
			...e,
			held: n(e.held)
		} : e)
	};
}
function Qe(e, t) {
	let n = /* @__PURE__ */ new Map();
	t.forEach((e, t) => {
		e.cover !== null && !n.has(e.cover) && n.set(e.cover, t);
	});
	let r = (e) => e.id >= Ae, i = (e) => r(e) ? -1 : n.get(e.id) ?? (e.isOpen ? 2e9 : 1e9);
	return [...e].sort((e, t) => i(e) - i(t) || U(e) - U(t));
}
function $e(e) {
	return e.keys ? G({
		id: -1,
		isOpen: !1,
		kind: "face",
		style: "solid",
		keys: e.keys
	}, e.at) : null;
}
function et(e, t) {
	let n = $e(e);
	if (!n) return !1;
	let [r, i] = [n[0] + n[2] / 2, n[1] + n[3] / 2];
	return t.some((t) => {
		let n = G(t, e.at);
		return n !== null && n[0] <= r && r <= n[0] + n[2] && n[1] <= i && i <= n[1] + n[3];
	});
}
// src/editor_forms.ts
var tt = [
	"ko",
	"ja",
	"en"
], nt = [
	"surroundings",
	"disguised",
	"plain"
], rt = 5e3;
function J(e, t, n) {
	return D`<label>${e} <input class="digits" inputmode="decimal" .value=${H(t)} maxlength="15" @change=${(e) => {
		let r = e.target, i = Pe(r.value);
		i === null ? r.value = H(t) : n(i);
	}}></label>`;
}
var Y = (e, t, n) => e.map((e, r) => r === t ? n : e), it = (e, t) => e.filter((e, n) => n !== t);
function at(e, t, n, r, i, a) {
	let o = (e, t) => a((n) => ({
		...n,
		parts: Y(n.parts, e, t)
	})), s = (e) => a((t) => {
		let [n, r] = [t.parts[e - 1], t.parts[e]];
		return n && r ? {
			...t,
			parts: Y(Y(t.parts, e - 1, r), e, n)
		} : t;
	});
	return D`<ol class="stretches">${t.parts.map(([c, l, u], d) => D`<li class="row">
        ${n.length > 1 ? D`<label>${e.source}<select @change=${(e) => o(d, [
		Number(e.target.value),
		l,
		u
	])}>${n.map((e, t) => D`<option value=${t} ?selected=${t === c}>${e.name}</option>`)}</select></label>` : A}
        ${J(e.from, l, (e) => o(d, [
		c,
		e,
		u
	]))} ${J(e.to, u, (e) => o(d, [
		c,
		l,
		e
	]))}
        <span class="actions"><button type="button" class="quiet" @click=${() => o(d, [
		r,
		i(),
		Math.max(u, i() + 1)
	])}>${e.first_frame}</button>
        <button type="button" class="quiet" @click=${() => o(d, [
		c,
		Math.min(l, Math.max(0, i() - 1)),
		i()
	])}>${e.last_frame}</button>
        ${d ? D`<button type="button" class="quiet" @click=${() => s(d)}>${e.up}</button>` : A}
        ${t.parts.length > 1 ? D`<button type="button" class="quiet" @click=${() => a((e) => ({
		...e,
		parts: it(e.parts, d)
	}))}>${e.remove}</button>` : A}</span></li>`)}
    </ol><button type="button" @click=${() => a((e) => ({
		...e,
		parts: [...e.parts, [
			r,
			0,
			n[r]?.length ?? 0
		]]
	}))}>${e.add_part}</button>`;
}
function ot(e, t, n, r, i) {
	let a = t.sources[n]?.sounds ?? [], o = (e) => i((t) => ({
		...t,
		sources: t.sources.map((t, r) => r === n ? {
			...t,
			sounds: e
		} : t)
	}));
	return D`<p class="hint">${e.sounds_help}</p>
        <ol class="stretches">${a.map(([t, n, r], i) => D`<li class="row">
            ${J(e.from, t, (e) => o(Y(a, i, [
		e,
		n,
		r
	])))} ${J(e.to, n, (e) => o(Y(a, i, [
		t,
		e,
		r
	])))}
            <label>${e.how}<select @change=${(e) => o(Y(a, i, [
		t,
		n,
		e.target.value
	]))}>${nt.map((t) => D`<option value=${t} ?selected=${t === r}>${e[t]}</option>`)}</select></label>
            <button type="button" class="quiet" @click=${() => o(it(a, i))}>${e.silent}</button>
            ${r === "disguised" ? D`<p class="alert small">${e.disguised_why}</p>` : A}</li>`)}
        </ol><button type="button" @click=${() => o([...a, [
		r(),
		r() + rt,
		"surroundings"
	]])}>${e.add_sound}</button>`;
}
function st(e, t, n) {
	let { about: r } = t, i = (e, t) => n((e) => ({
		...e,
		about: {
			...e.about,
			...t
		}
	}), e), a = [.../* @__PURE__ */ new Set([...tt, ...[
		r.title,
		r.summary,
		r.why
	].flatMap(Object.keys)])], o = (e, t) => (n) => i(`${e} ${t}`, { [e]: {
		...r[e],
		[t]: n.target.value
	} }), s = (e) => (t) => i(e, { [e]: t.target.value.split("\n") });
	return D`<div class="texts">${a.map((t) => D`<fieldset class="stack"><legend>${e[`language_${t}`] ?? t}</legend>
            <label>${e.title} <input lang=${t} maxlength="4000" .value=${r.title[t] ?? ""} @input=${o("title", t)}></label>
            <label>${e.summary} <textarea lang=${t} rows="2" maxlength="4000" .value=${r.summary[t] ?? ""} @input=${o("summary", t)}></textarea></label>
            <label>${e.why} <textarea lang=${t} rows="2" maxlength="4000" .value=${r.why[t] ?? ""} @input=${o("why", t)}></textarea></label></fieldset>`)}</div>
        <div class="row"><label>${e.places} <textarea rows="2" .value=${r.places.join("\n")} @input=${s("places")}></textarea></label>
            <label>${e.themes} <textarea rows="2" .value=${r.themes.join("\n")} @input=${s("themes")}></textarea></label>
            <label>${e.filmed} <input class="digits" maxlength="10" placeholder="2026-10" .value=${r.filmed} @input=${(e) => i("filmed", { filmed: e.target.value })}></label></div>`;
}
// src/editor_side.ts
var ct = 300, lt = 12;
function ut(e, t, n, r, i, a) {
	return t.searched ? t.concerns.length ? D`
        <p class="faint">${Fe(e.worst_count, {
		seen: n.size,
		count: t.concerns.length,
		total: t.total
	})}</p>
        <ol class="worst">${t.concerns.map((t, o) => D`
            <li><button type="button" class="moment ${n.has(o) ? "is-seen" : ""}" aria-current=${o === i ? "true" : A} @click=${() => a.look(o)}>
                <span class="at">${H(t.at - t.at % 100)}</span> <span>${X(e, t)}</span></button>
                ${t.keys && !et(t, r) ? D`<button type="button" class="quiet" @click=${() => a.coverFace(t)}>${e.cover_face}</button>` : A}</li>`)}
        </ol>` : D`<p class="faint">${e.nobody}</p>` : D`<p class="notice small">${e.not_searched}</p>`;
}
function X(e, t) {
	let n = t.why === "gap" || t.why === "empty" ? (t.amount / 1e3).toFixed(1) : t.why === "short" ? t.amount : Math.round(t.amount / 10);
	return Fe(e[t.why], { amount: n });
}
function dt(e, t) {
	return `${t.isOpen ? e.opened : e[t.kind]} ${H(U(t))} – ${H(W(t))}`;
}
function ft(e, t, n, r) {
	let i = n.filter((e) => e.id !== t.id && e.isOpen === t.isOpen).sort((e, n) => Je(t, e) - Je(t, n)).slice(0, lt), a = (n) => D`<button type="button" aria-pressed=${t.style === n ? "true" : "false"} @click=${() => r.change((e) => ({
		...e,
		style: n
	}))}>${e[n]}</button>`;
	return D`
        <p><b>${dt(e, t)}</b></p>
        ${t.isOpen ? A : D`<div class="choice" role="group" aria-label=${e.style}>${a("solid")}${a("mosaic")}</div>`}
        <div class="actions">
            <button type="button" class="quiet" @click=${r.begin}>${e.extend} <kbd>[</kbd></button>
            <button type="button" class="quiet" @click=${r.end}>${e.shorten} <kbd>]</kbd></button>
            <button type="button" class="quiet" ?disabled=${t.keys.length < 2} @click=${r.removeKey}>${e.remove_key}</button>
            ${t.kind === "figure" || t.isOpen ? A : D`<button type="button" class="quiet" @click=${r.figure}>${e.whole_figure} <kbd>f</kbd></button>`}
            <button type="button" class="quiet" @click=${r.leaveOpen}>${t.isOpen ? e.reset : e.leave} <kbd>o</kbd></button>
            <button type="button" class="quiet" @click=${r.drop}>${e.delete} <kbd>⌫</kbd></button>
        </div>
        ${i.length ? D`<div class="row"><label>${e.join_what}<select data-join>${i.map((t) => D`<option value=${t.id}>${dt(e, t)}</option>`)}</select></label>
            <button type="button" @click=${(e) => r.join(Number(e.currentTarget.parentElement.querySelector("select").value))}>${e.join}</button></div>` : A}`;
}
function pt(e, t, n, r, i, a) {
	let o = Qe(t, n).filter((e, t) => t < ct || e.id === i), s = (t) => {
		let r = n.find((e) => e.cover === t.id);
		return r ? X(e, r) : "";
	};
	return D`<ol class="lanes" aria-label=${e.timeline} @keydown=${ht}>
        ${o.map((t, o) => D`<li><button type="button" class="lane ${t.isOpen ? "is-open" : ""}" aria-pressed=${t.id === i ? "true" : "false"}
            tabindex=${t.id === i || i === null && o === 0 ? 0 : -1} title=${s(t)} @click=${() => a.choose(t.id)}>
            <span>${e[t.isOpen ? "opened" : t.kind]} <span class="figure">${H(U(t) - U(t) % 100)}</span></span>
            ${mt(t, n.filter((e) => e.cover === t.id), r)}</button></li>`)}
    </ol>`;
}
function mt(e, t, n) {
	let r = (e) => e / Math.max(1, n) * 1e3, i = Math.max(3, r(W(e) - U(e)));
	return O`<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="span" x=${r(U(e))} y="1" width=${i} height="8"></rect>
        ${e.keys.length < 60 ? e.keys.map((e) => O`<rect class="key" x=${r(e[0])} y="1" width="1" height="8"></rect>`) : A}
        ${t.map((e) => O`<rect class="mark" x=${r(e.at) - 1.5} y="0" width="3" height="10"></rect>`)}</svg>`;
}
function ht(e) {
	let t = {
		ArrowDown: 1,
		ArrowUp: -1
	}[e.key];
	if (!t || e.ctrlKey || e.metaKey || e.altKey) return;
	let n = [...e.currentTarget.querySelectorAll("button")], r = n[n.indexOf(e.target) + t];
	e.preventDefault(), e.stopPropagation(), r?.focus(), r?.click();
}
// src/editor_stage.ts
var gt = 50, _t = 60, vt = 150, yt = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1]
}, bt = class extends L {
	static {
		this.properties = {
			src: {},
			held: { attribute: !1 },
			chosen: { attribute: !1 },
			ghost: { attribute: !1 },
			words: { attribute: !1 },
			isClear: { attribute: !1 },
			at: { state: !0 },
			drag: { state: !0 },
			ratio: { state: !0 },
			isBroken: { state: !0 }
		};
	}
	constructor() {
		super(), this.drags = 0, this.tick = () => {
			this.at = this.now, this.dispatchEvent(new CustomEvent("timed", { detail: this.at })), this.video && !this.video.paused && requestAnimationFrame(this.tick);
		}, this.down = (e) => {
			if (e.button !== 0) return;
			let [t, n] = this.place(e), r = e.target, i = r.getAttribute("data-grip")?.split(" ").map(Number), a = r.getAttribute("data-id"), o = i ? this.chosen : a === null ? null : Number(a), s = o === null ? null : this.boxOf(o);
			o !== null && o !== this.chosen && this.say("chosen", o);
			let c = s ?? [
				t,
				n,
				0,
				0
			];
			this.drag = {
				id: s ? o : null,
				at: c,
				x: t,
				y: n,
				grip: i ?? null,
				tag: `drag ${++this.drags}`,
				now: c
			}, e.currentTarget.setPointerCapture(e.pointerId), this.video?.pause();
		}, this.move = (e) => {
			if (!this.drag) return;
			let { at: t, x: n, y: r, grip: i, id: a } = this.drag, [o, s] = this.place(e), [c, l] = [o - n, s - r], u;
			u = a === null ? [
				Math.min(n, o),
				Math.min(r, s),
				Math.abs(c),
				Math.abs(l)
			] : i ? xt(t, i, c, l) : K([
				t[0] + c,
				t[1] + l,
				t[2],
				t[3]
			]), this.drag = {
				...this.drag,
				now: u
			};
		}, this.up = () => {
			let e = this.drag;
			if (this.drag = null, !e || e.now === e.at) return;
			let [, , t, n] = e.now;
			e.id === null ? t > _t && n > _t && this.say("drawn", e.now) : this.say("changed", {
				id: e.id,
				box: e.now,
				tag: e.tag
			});
		}, this.pressed = (e) => {
			let t = yt[e.key], n = this.chosen === null ? null : this.boxOf(this.chosen);
			if (!t || !n || e.ctrlKey || e.metaKey || e.altKey) return;
			e.preventDefault(), e.stopPropagation();
			let [r, i] = [t[0] * gt, t[1] * gt], a = e.shiftKey ? [
				n[0],
				n[1],
				n[2] + r,
				n[3] + i
			] : [
				n[0] + r,
				n[1] + i,
				n[2],
				n[3]
			];
			this.say("changed", {
				id: this.chosen,
				box: K(a),
				tag: `key ${this.chosen} ${this.now}`
			});
		}, Object.assign(this, {
			held: [],
			chosen: null,
			ghost: null,
			words: {},
			isClear: !1,
			at: 0,
			drag: null,
			ratio: 16 / 9,
			isBroken: !1
		});
	}
	createRenderRoot() {
		return this;
	}
	get video() {
		return this.querySelector("video");
	}
	get now() {
		return Math.round((this.video?.currentTime ?? 0) * 1e3);
	}
	seek(e) {
		let t = this.video;
		if (!t) return;
		let n = () => {
			t.currentTime = Math.min(e / 1e3, Number.isFinite(t.duration) ? t.duration : e / 1e3), this.tick();
		};
		t.readyState > 0 ? n() : t.addEventListener("loadedmetadata", n, { once: !0 });
	}
	toggle() {
		this.video?.paused ? this.video.play().catch(() => void 0) : this.video?.pause();
	}
	measured() {
		let e = this.video;
		e?.videoWidth && (this.ratio = e.videoWidth / e.videoHeight), this.tick();
	}
	say(e, t) {
		this.dispatchEvent(new CustomEvent(e, { detail: t }));
	}
	place(e) {
		let { left: t, top: n, width: r, height: i } = this.querySelector("svg.over").getBoundingClientRect(), [a, o] = [(e.clientX - t) / r * R, (e.clientY - n) / i * R];
		return [Math.min(R, Math.max(0, a)), Math.min(R, Math.max(0, o))];
	}
	boxOf(e) {
		let t = this.held.find((t) => t.id === e);
		return t ? G(t, this.now) : null;
	}
	updated() {
		this.style.setProperty("--ratio", String(this.ratio));
	}
	render() {
		let e = this.words;
		return D`
            <div class="over-box">
                <video src=${this.src} preload="auto" playsinline disableremoteplayback disablepictureinpicture @loadedmetadata=${() => this.measured()}
                    @play=${this.tick} @pause=${this.tick} @seeked=${this.tick} @error=${() => this.isBroken = !0}></video>
                <svg class="over ${this.isClear ? "is-clear" : ""}" viewBox="0 0 ${R} ${R}" preserveAspectRatio="none" tabindex="0" role="application" aria-label=${e.help}
                    @pointerdown=${this.down} @pointermove=${this.move} @pointerup=${this.up} @pointercancel=${() => this.drag = null} @keydown=${this.pressed}>
                    ${this.held.map((e) => this.drawn(e))}
                    ${this.ghost ? Z(this.ghost, "ghost", null) : A}
                    ${this.drag && this.drag.id === null ? Z(this.drag.now, "new", null) : A}
                </svg>
            </div>
            ${this.isBroken ? D`<p class="alert" role="alert">${e.no_viewing}</p>` : A}`;
	}
	drawn(e) {
		let t = this.drag?.id === e.id && this.drag ? this.drag.now : G(e, this.at);
		if (!t) return A;
		let n = e.id === this.chosen, r = Z(t, `${e.isOpen ? "open" : e.style}${n ? " is-chosen" : ""}`, e.id);
		return n ? O`${r}${this.grips(t)}` : r;
	}
	grips([e, t, n, r]) {
		let [i, a] = [vt, vt * this.ratio];
		return [
			0,
			.5,
			1
		].flatMap((o) => [
			0,
			.5,
			1
		].filter((e) => o !== .5 || e !== .5).map((s) => O`<rect class="grip" data-grip="${o} ${s}" x=${e + o * n - i / 2} y=${t + s * r - a / 2} width=${i} height=${a}></rect>`));
	}
};
function Z([e, t, n, r], i, a) {
	return O`<rect class=${i} data-id=${a ?? A} x=${e} y=${t} width=${n} height=${r}></rect>`;
}
function xt([e, t, n, r], [i, a], o, s) {
	let [c, l] = [e + (i === 0 ? o : 0), e + n + (i === 1 ? o : 0)], [u, d] = [t + (a === 0 ? s : 0), t + r + (a === 1 ? s : 0)];
	return K([
		Math.min(c, l),
		Math.min(u, d),
		Math.abs(l - c),
		Math.abs(d - u)
	]);
}
customElements.define("jebi-stage", bt);
// src/keys.ts
var St = !1;
function Ct(e) {
	let t = e.target;
	return e.ctrlKey || e.metaKey || e.altKey ? !0 : t instanceof HTMLElement && (t.isContentEditable || t.closest("input:not([type=range]), textarea, select") !== null);
}
function wt(e) {
	if (e.key === "Escape" && Tt(), Ct(e) || document.querySelector("dialog[open]")) return;
	let t = St;
	if (St = e.key === "g", e.key === "/") {
		let t = document.querySelector("#q") ?? document.querySelector("[data-search]");
		if (!t) return;
		e.preventDefault(), t.focus(), t.select();
	} else e.key === "?" ? (e.preventDefault(), document.querySelector("#help")?.showModal()) : t && e.key === "a" && document.querySelector("nav a[href=\"/archive\"]") && location.assign("/archive");
}
function Tt() {
	for (let e of document.querySelectorAll("details.me[open]")) e.open = !1, e.querySelector("summary")?.focus();
}
document.addEventListener("keydown", wt), document.addEventListener("click", (e) => {
	for (let t of document.querySelectorAll("details.me[open]")) e.target instanceof Node && !t.contains(e.target) && (t.open = !1);
});
// src/editor.ts
var Et = 40, Dt = [
	R * .45,
	R * .35,
	R * .1,
	R * .18
], Ot = class extends L {
	static {
		this.properties = {
			src: {},
			token: {},
			words: { type: Object },
			draft: { state: !0 },
			source: { state: !0 },
			current: { state: !0 },
			moment: { state: !0 },
			message: { state: !0 },
			problem: { state: !0 },
			isSaving: { state: !0 },
			isClear: { state: !0 },
			speed: { state: !0 }
		};
	}
	constructor() {
		super(), this.beside = [], this.based = 0, this.undone = [], this.done = [], this.tag = "", this.kept = "", this.looked = /* @__PURE__ */ new Map(), this.leaving = (e) => {
			this.isChanged && e.preventDefault();
		}, this.pressed = (e) => {
			if (!this.draft || document.querySelector("dialog[open]")) return;
			if ((e.ctrlKey || e.metaKey) && !e.altKey) {
				let t = e.target instanceof Element ? e.target.closest("input, textarea") : null, n = e.key === "s" ? () => void this.save() : t ? null : {
					z: () => this.undo(),
					Z: () => this.redo(),
					y: () => this.redo()
				}[e.key];
				if (!n) return;
				e.preventDefault(), n();
				return;
			}
			if (Ct(e)) return;
			let t = e.target instanceof Element && e.target.closest("button, summary, a") !== null, n = this.moves()[e.key];
			!n || e.key === " " && t || (e.preventDefault(), n());
		}, Object.assign(this, {
			draft: null,
			source: 0,
			current: null,
			moment: -1,
			message: "",
			problem: "",
			isSaving: !1,
			isClear: !1
		});
	}
	createRenderRoot() {
		return this;
	}
	connectedCallback() {
		super.connectedCallback(), document.addEventListener("keydown", this.pressed), window.addEventListener("beforeunload", this.leaving), this.load();
	}
	disconnectedCallback() {
		super.disconnectedCallback(), document.removeEventListener("keydown", this.pressed), window.removeEventListener("beforeunload", this.leaving);
	}
	async load() {
		let e = await fetch(this.src, { redirect: "error" });
		if (!e.ok) {
			this.problem = await At(e);
			return;
		}
		let t = await e.json();
		this.beside = t.sources, this.based = t.based, this.draft = je(t.plan), this.kept = z(this.draft);
	}
	get stage() {
		return this.querySelector("jebi-stage");
	}
	get now() {
		return this.stage?.now ?? 0;
	}
	get held() {
		return this.draft?.sources[this.source]?.held ?? [];
	}
	get one() {
		return this.held.find((e) => e.id === this.current);
	}
	get here() {
		return this.beside[this.source];
	}
	get isChanged() {
		return this.draft !== null && this.done.length > 0 && z(this.draft) !== this.kept;
	}
	edit(e, t = "") {
		if (!this.draft) return;
		let n = e(this.draft);
		n !== this.draft && (t && t === this.tag || (this.done = [...this.done, {
			draft: this.draft,
			current: this.current
		}].slice(-200)), this.tag = t, this.undone = [], this.problem = "", this.draft = n);
	}
	undo() {
		this.turnBack(this.done, this.undone);
	}
	redo() {
		this.turnBack(this.undone, this.done);
	}
	turnBack(e, t) {
		let n = e.pop();
		n && this.draft && (t.push({
			draft: this.draft,
			current: this.current
		}), this.tag = "", this.draft = n.draft, this.current = this.held.some((e) => e.id === n.current) ? n.current : null);
	}
	change(e, t) {
		this.edit((t) => q(t, this.source, (t) => t.map((t) => t.id === this.current ? e(t) : t)), t);
	}
	add(e, t) {
		if (!this.draft) return;
		let n = e(Me(this.draft));
		this.edit((e) => q(e, this.source, (e) => [...e, n])), this.current = n.id, this.message = t ?? "", this.toStage();
	}
	draw(e) {
		this.add((t) => Ze(t, this.now, e, this.here.length), this.words.drawn);
	}
	coverFace(e) {
		let t = e.keys;
		t && this.add((e) => ({
			id: e,
			isOpen: !1,
			kind: "face",
			style: "solid",
			keys: t
		}), this.words.drawn);
	}
	choose(e) {
		this.current = e;
		let t = this.one;
		t && !G(t, this.now) && this.stage?.seek(U(t));
	}
	look(e) {
		let t = this.here.concerns[e];
		if (!t) return;
		this.moment = e;
		let n = this.looked.get(this.source) ?? /* @__PURE__ */ new Set();
		this.looked.set(this.source, n.add(e)), this.stage?.video?.pause(), this.stage?.seek(t.at), this.current = t.cover !== null && this.held.some((e) => e.id === t.cover) ? t.cover : null, this.message = `${H(t.at)} ${X(this.words, t)}`, this.toStage();
	}
	begin() {
		this.change((e) => Ge(e, this.now));
	}
	end() {
		this.change((e) => Ke(e, this.now, this.here.length));
	}
	removeKey() {
		this.change((e) => We(e, this.now));
	}
	figure() {
		this.change((e) => e.isOpen ? e : Ye(e));
	}
	drop() {
		let e = this.current;
		this.edit((t) => q(t, this.source, (t) => t.filter((t) => t.id !== e))), this.current = null;
	}
	join(e) {
		let t = this.held.find((t) => t.id === e);
		if (!t) return;
		let n = this.current;
		this.edit((r) => q(r, this.source, (r) => r.filter((t) => t.id !== e).map((e) => e.id === n ? qe(e, t) : e)));
	}
	leaveOpen() {
		this.one && (this.one.isOpen ? this.change((e) => ({
			...e,
			isOpen: !1
		})) : this.querySelector("dialog")?.showModal());
	}
	confirmed() {
		this.change((e) => ({
			...e,
			isOpen: !0
		}));
	}
	toStage() {
		this.querySelector("jebi-stage svg.over")?.focus();
	}
	moves() {
		let e = (e) => () => this.stage?.seek(Math.max(0, this.now + e));
		return {
			...this.current === null ? {} : {
				"[": () => this.begin(),
				"]": () => this.end(),
				f: () => this.figure(),
				o: () => this.leaveOpen(),
				Delete: () => this.drop(),
				Backspace: () => this.drop(),
				x: () => this.change((e) => e.isOpen ? e : {
					...e,
					style: e.style === "solid" ? "mosaic" : "solid"
				}),
				Escape: () => this.current = null
			},
			n: () => this.look(this.moment + 1),
			p: () => this.look(this.moment - 1),
			d: () => this.draw(Dt),
			v: () => this.isClear = !this.isClear,
			" ": () => this.stage?.toggle(),
			k: () => this.stage?.toggle(),
			j: e(-1e3),
			l: e(1e3),
			",": e(-40),
			".": e(Et)
		};
	}
	async save() {
		if (!this.draft || this.isSaving) return;
		this.isSaving = !0;
		let e = new FormData();
		e.append("form_token", this.token), e.append("based", String(this.based));
		try {
			e.append("plan", await kt(z(this.draft)), "plan.json.gz");
			let t = await fetch(this.src, {
				method: "POST",
				body: e
			});
			if (t.ok && t.redirected) {
				this.done = [], location.assign(t.url);
				return;
			}
			this.problem = await At(t);
		} catch {
			this.problem = this.words.unsaved ?? "";
		}
		this.isSaving = !1;
	}
	timed(e) {
		this.style.setProperty("--at", String(e / Math.max(1, this.here.length)));
		let t = this.querySelector("[data-clock]");
		t && (t.textContent = H(e - e % 10));
		let n = this.querySelector(".seek");
		n && (n.value = String(e));
	}
	render() {
		let { words: e, draft: t } = this, n = this.problem ? D`<p class="alert" role="alert">${this.problem}</p>` : A;
		if (!t) return this.problem ? n : D`<p class="faint">${e.loading}</p>`;
		let r = (e, t) => this.edit(e, t);
		return D`
            ${this.bar()}${n}
            <div class="watch">
                <div class="stage">${this.shown()}
                    <section class="card" aria-labelledby="timeline"><h2 id="timeline">${e.timeline} <span class="faint">${this.held.length}</span></h2>
                        <p class="hint">${e.tracks_help}</p>${pt(e, this.held, this.here.concerns, this.here.length, this.current, this)}</section>
                </div>
                <aside class="said">
                    <section aria-labelledby="selected"><h2 id="selected">${e.selected}</h2>${this.one ? ft(e, this.one, this.held, this) : D`<p class="faint">${e.none}</p>`}
                        <div class="actions"><button type="button" @click=${() => this.draw(Dt)}>${e.draw} <kbd>d</kbd></button></div></section>
                    <section aria-labelledby="worst"><div class="parcel-head"><h2 id="worst">${e.worst}</h2><button type="button" @click=${() => this.look(this.moment + 1)}>${e.next} <kbd>n</kbd></button></div>
                        ${ut(e, this.here, this.looked.get(this.source) ?? /* @__PURE__ */ new Set(), this.held, this.moment, this)}</section>
                </aside>
            </div>
            <div class="editing">
                <section class="card" aria-labelledby="parts"><h2 id="parts">${e.parts}</h2>${at(e, t, this.beside, this.source, () => this.now, r)}</section>
                <section class="card" aria-labelledby="sounds"><h2 id="sounds">${e.sounds}</h2>${ot(e, t, this.source, () => this.now, r)}</section>
                <section class="card" aria-labelledby="texts"><h2 id="texts">${e.texts}</h2>${st(e, t, r)}</section>
            </div>
            <dialog aria-labelledby="leave-open" @close=${(e) => e.target.returnValue === "open" && this.confirmed()}>
                <h2 id="leave-open">${e.leave}</h2><p>${e.confirm_open}</p>
                <form method="dialog" class="actions"><button value="covered" class="primary" autofocus>${e.reset}</button><button value="open" class="quiet">${e.leave}</button></form>
            </dialog>`;
	}
	bar() {
		let { words: e } = this, t = this.isSaving ? e.saving : this.isChanged ? e.changed : e.applied;
		return D`<div class="edit-bar">
            ${this.beside.length > 1 ? D`<label class="plain">${e.source} <select @change=${(e) => this.turn(Number(e.target.value))}>${this.beside.map((e, t) => D`<option value=${t} ?selected=${t === this.source}>${e.name}</option>`)}</select></label>` : A}
            <button type="button" class="quiet" ?disabled=${!this.done.length} @click=${() => this.undo()}>${e.undo}</button>
            <button type="button" class="quiet" ?disabled=${!this.undone.length} @click=${() => this.redo()}>${e.redo}</button>
            <span class="gap"></span><span class="faint">${t}</span>
            <button type="button" class="primary" ?disabled=${this.isSaving || !this.isChanged} @click=${() => void this.save()}>${e.save}</button></div>
            <p class="unseen" role="status">${this.message}</p>`;
	}
	turn(e) {
		this.source = e, this.current = null, this.moment = -1;
	}
	shown() {
		let { words: e, here: t } = this;
		if (!t.viewing) return D`<p class="notice">${e.no_viewing}</p>`;
		let n = this.here.concerns[this.moment], r = n && !et(n, this.held) ? $e(n) : null;
		return D`<jebi-stage src="/clips/${t.clip}/media/viewing" .held=${this.held} .chosen=${this.current} .ghost=${r} .words=${e} .isClear=${this.isClear}
                @drawn=${(e) => this.draw(e.detail)} @chosen=${(e) => this.current = e.detail}
                @changed=${(e) => this.change((t) => He(t, this.now, e.detail.box), e.detail.tag)}
                @timed=${(e) => this.timed(e.detail)}></jebi-stage>
            <div class="controls">
                <button type="button" class="quiet" @click=${() => this.stage?.toggle()}>${e.play} <kbd>k</kbd></button>
                <button type="button" class="quiet" @click=${() => this.stage?.seek(Math.max(0, this.now - Et))}>${e.earlier} <kbd>,</kbd></button>
                <button type="button" class="quiet" @click=${() => this.stage?.seek(this.now + Et)}>${e.later} <kbd>.</kbd></button>
                <span class="clock"><span data-clock>0:00</span> <i>/ ${H(t.length)}</i></span><span class="gap"></span>
                <button type="button" class="quiet" aria-pressed=${this.isClear ? "true" : "false"} @click=${() => this.isClear = !this.isClear}>${e.covers} <kbd>v</kbd></button>
            </div>
            <input type="range" class="seek" min="0" max=${t.length} step="20" value="0" aria-label=${e.key} @input=${(e) => this.stage?.seek(Number(e.target.value))}>
            <p class="hint">${e.help} ${e.keys_moved}</p>`;
	}
};
function kt(e) {
	return new Response(new Blob([e]).stream().pipeThrough(new CompressionStream("gzip"))).blob();
}
async function At(e) {
	let t = new DOMParser().parseFromString(await e.text(), "text/html");
	return t.querySelector("main .alert")?.textContent ?? t.querySelector("h1")?.textContent ?? String(e.status);
}
customElements.define("jebi-editor", Ot);
// src/grid.ts
var jt = {
	ArrowRight: (e) => e + 1,
	ArrowLeft: (e) => e - 1,
	ArrowDown: (e, t) => e + t,
	ArrowUp: (e, t) => e - t,
	Home: () => 0,
	End: (e, t, n) => n
}, Mt = class extends HTMLElement {
	constructor(...e) {
		super(...e), this.pressed = (e) => {
			let t = jt[e.key], n = this.links, r = n.indexOf(document.activeElement);
			if (!t || r < 0 || e.ctrlKey || e.metaKey || e.altKey) return;
			let i = n[0]?.offsetTop, a = n.filter((e) => e.offsetTop === i).length;
			e.preventDefault(), e.stopPropagation(), n[Math.max(0, Math.min(n.length - 1, t(r, a, n.length - 1)))]?.focus();
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
customElements.define("jebi-grid", Mt);
// src/live.ts
var Nt = 500, Pt = class extends L {
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
			window.clearTimeout(this.timer), this.timer = window.setTimeout(() => void this.changed(), Nt);
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
		return this.isOffered ? D`<p class="notice" role="status"><a href=${location.pathname + location.search}>${this.offer}</a></p>` : A;
	}
};
customElements.define("jebi-live", Pt);
// src/player.ts
var Ft = [
	.25,
	.5,
	1,
	1.5,
	2
], It = 1 / 30, Lt = class extends L {
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
			if (Ct(e) || document.querySelector("dialog[open]")) return;
			let t = e.target instanceof Element ? e.target : document.body, n = t.closest("button, summary, a") !== null, r = {
				k: () => this.toggle(),
				j: () => this.seek(this.video.currentTime - 10),
				l: () => this.seek(this.video.currentTime + 10),
				"[": () => this.shot(-1),
				"]": () => this.shot(1),
				",": () => this.seek(this.video.currentTime - It),
				".": () => this.seek(this.video.currentTime + It),
				m: () => this.video.muted = !this.video.muted,
				f: () => this.full(),
				n: () => this.note()
			};
			n || (r[" "] = () => this.toggle()), n && t !== document.body || (r.ArrowLeft = () => this.seek(this.video.currentTime - 5), r.ArrowRight = () => this.seek(this.video.currentTime + 5));
			let i = r[e.key];
			i && (e.preventDefault(), i());
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
		if (this.isBroken) return D`<p class="alert" role="alert">${e.broken}</p>`;
		let t = this.length;
		return D`
            <div class="track">
                <canvas aria-hidden="true"></canvas><span class="playhead" aria-hidden="true"></span>
                <input type="range" min="0" max=${t} step="0.1" .value=${String(this.at)} aria-label=${e.seek} aria-valuetext="${Q(this.at)} / ${Q(t)}"
                    @input=${(e) => this.seek(Number(e.target.value))}>
            </div>
            <div class="controls">
                <button type="button" class="primary round" aria-label=${this.isPlaying ? e.pause : e.play} @click=${() => this.toggle()}>${this.isPlaying ? zt : Rt}</button>
                <button type="button" class="round" aria-label=${e.previous} title="${e.previous} [" @click=${() => this.shot(-1)}>${Bt}</button>
                <button type="button" class="round" aria-label=${e.next} title="${e.next} ]" @click=${() => this.shot(1)}>${Vt}</button>
                <span class="clock">${Q(this.at)} <i>/ ${Q(t)}</i></span>
                <span class="gap"></span>
                ${this.choices(e)}
                <button type="button" class="round" aria-label=${this.isMuted ? e.unmute : e.mute} @click=${() => this.video.muted = !this.video.muted}>${this.isMuted ? Ut : Ht}</button>
                <button type="button" class="round" aria-label=${e.full} @click=${() => this.full()}>${Wt}</button>
            </div>`;
	}
	choices(e) {
		let t = [...this.video.textTracks];
		return D`
            ${t.length ? D`<label><span class="unseen">${e.subtitles}</span><select title=${e.subtitles} @change=${(e) => t.forEach((t, n) => t.mode = Number(e.target.value) === n ? "showing" : "disabled")}><option value="-1">${e.subtitles}: ${e.off}</option>${t.map((e, t) => D`<option value=${t}>${e.label}</option>`)}</select></label>` : A}
            <label><span class="unseen">${e.speed}</span><select title=${e.speed} @change=${(e) => this.video.playbackRate = Number(e.target.value)}>${Ft.map((e) => D`<option value=${e} ?selected=${e === 1}>${e}×</option>`)}</select></label>`;
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
var $ = (e) => D`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${e}</svg>`, Rt = $(O`<path class="solid" d="M6 3.500v13l11-6.500z"/>`), zt = $(O`<path class="solid" d="M5 3.500h3.500v13H5zM11.500 3.500H15v13h-3.500z"/>`), Bt = $(O`<path d="M5 4v12"/><path class="solid" d="M15.500 4.500v11L7.500 10z"/>`), Vt = $(O`<path d="M15 4v12"/><path class="solid" d="M4.500 4.500v11l8-5.500z"/>`), Ht = $(O`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="M13 7.500a3.500 3.500 0 0 1 0 5M15.500 5a7 7 0 0 1 0 10"/>`), Ut = $(O`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="m13.500 8 4 4M17.500 8l-4 4"/>`), Wt = $(O`<path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"/>`);
customElements.define("jebi-player", Lt);
