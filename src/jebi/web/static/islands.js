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
})(e) : e, { is: c, defineProperty: l, getOwnPropertyDescriptor: u, getOwnPropertyNames: d, getOwnPropertySymbols: ee, getPrototypeOf: te } = Object, f = globalThis, ne = f.trustedTypes, re = ne ? ne.emptyScript : "", ie = f.reactiveElementPolyfillSupport, p = (e, t) => e, m = {
	toAttribute(e, t) {
		switch (t) {
			case Boolean:
				e = e ? re : null;
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
}, ae = (e, t) => !c(e, t), oe = {
	attribute: !0,
	type: String,
	converter: m,
	reflect: !1,
	useDefault: !1,
	hasChanged: ae
};
Symbol.metadata ??= Symbol("metadata"), f.litPropertyMetadata ??= /* @__PURE__ */ new WeakMap();
var h = class extends HTMLElement {
	static addInitializer(e) {
		this._$Ei(), (this.l ??= []).push(e);
	}
	static get observedAttributes() {
		return this.finalize(), this._$Eh && [...this._$Eh.keys()];
	}
	static createProperty(e, t = oe) {
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
		return this.elementProperties.get(e) ?? oe;
	}
	static _$Ei() {
		if (this.hasOwnProperty(p("elementProperties"))) return;
		let e = te(this);
		e.finalize(), e.l !== void 0 && (this.l = [...e.l]), this.elementProperties = new Map(e.elementProperties);
	}
	static finalize() {
		if (this.hasOwnProperty(p("finalized"))) return;
		if (this.finalized = !0, this._$Ei(), this.hasOwnProperty(p("properties"))) {
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
			let i = (n.converter?.toAttribute === void 0 ? m : n.converter).toAttribute(t, n.type);
			this._$Em = e, i == null ? this.removeAttribute(r) : this.setAttribute(r, i), this._$Em = null;
		}
	}
	_$AK(e, t) {
		let n = this.constructor, r = n._$Eh.get(e);
		if (r !== void 0 && this._$Em !== r) {
			let e = n.getPropertyOptions(r), i = typeof e.converter == "function" ? { fromAttribute: e.converter } : e.converter?.fromAttribute === void 0 ? m : e.converter;
			this._$Em = r;
			let a = i.fromAttribute(t, e.type);
			this[r] = a ?? this._$Ej?.get(r) ?? a, this._$Em = null;
		}
	}
	requestUpdate(e, t, n, r = !1, i) {
		if (e !== void 0) {
			let a = this.constructor;
			if (!1 === r && (i = this[e]), n ??= a.getPropertyOptions(e), !((n.hasChanged ?? ae)(i, t) || n.useDefault && n.reflect && i === this._$Ej?.get(e) && !this.hasAttribute(a._$Eu(e, n)))) return;
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
h.elementStyles = [], h.shadowRootOptions = { mode: "open" }, h[p("elementProperties")] = /* @__PURE__ */ new Map(), h[p("finalized")] = /* @__PURE__ */ new Map(), ie?.({ ReactiveElement: h }), (f.reactiveElementVersions ??= []).push("2.1.2");
// node_modules/lit-html/lit-html.js
var g = globalThis, se = (e) => e, _ = g.trustedTypes, ce = _ ? _.createPolicy("lit-html", { createHTML: (e) => e }) : void 0, le = "$lit$", v = `lit$${Math.random().toFixed(9).slice(2)}$`, ue = "?" + v, de = `<${ue}>`, y = document, b = () => y.createComment(""), x = (e) => e === null || typeof e != "object" && typeof e != "function", fe = Array.isArray, pe = (e) => fe(e) || typeof e?.[Symbol.iterator] == "function", me = "[ 	\n\f\r]", S = /<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g, he = /-->/g, ge = />/g, C = RegExp(`>|${me}(?:([^\\s"'>=/]+)(${me}*=${me}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`, "g"), _e = /'/g, ve = /"/g, ye = /^(?:script|style|textarea|title)$/i, be = (e) => (t, ...n) => ({
	_$litType$: e,
	strings: t,
	values: n
}), w = be(1), T = be(2), E = Symbol.for("lit-noChange"), D = Symbol.for("lit-nothing"), xe = /* @__PURE__ */ new WeakMap(), O = y.createTreeWalker(y, 129);
function Se(e, t) {
	if (!fe(e) || !e.hasOwnProperty("raw")) throw Error("invalid template strings array");
	return ce === void 0 ? t : ce.createHTML(t);
}
var Ce = (e, t) => {
	let n = e.length - 1, r = [], i, a = t === 2 ? "<svg>" : t === 3 ? "<math>" : "", o = S;
	for (let t = 0; t < n; t++) {
		let n = e[t], s, c, l = -1, u = 0;
		for (; u < n.length && (o.lastIndex = u, c = o.exec(n), c !== null);) u = o.lastIndex, o === S ? c[1] === "!--" ? o = he : c[1] === void 0 ? c[2] === void 0 ? c[3] !== void 0 && (o = C) : (ye.test(c[2]) && (i = RegExp("</" + c[2], "g")), o = C) : o = ge : o === C ? c[0] === ">" ? (o = i ?? S, l = -1) : c[1] === void 0 ? l = -2 : (l = o.lastIndex - c[2].length, s = c[1], o = c[3] === void 0 ? C : c[3] === "\"" ? ve : _e) : o === ve || o === _e ? o = C : o === he || o === ge ? o = S : (o = C, i = void 0);
		let d = o === C && e[t + 1].startsWith("/>") ? " " : "";
		a += o === S ? n + de : l >= 0 ? (r.push(s), n.slice(0, l) + le + n.slice(l) + v + d) : n + v + (l === -2 ? t : d);
	}
	return [Se(e, a + (e[n] || "<?>") + (t === 2 ? "</svg>" : t === 3 ? "</math>" : "")), r];
}, k = class e {
	constructor({ strings: t, _$litType$: n }, r) {
		let i;
		this.parts = [];
		let a = 0, o = 0, s = t.length - 1, c = this.parts, [l, u] = Ce(t, n);
		if (this.el = e.createElement(l, r), O.currentNode = this.el.content, n === 2 || n === 3) {
			let e = this.el.content.firstChild;
			e.replaceWith(...e.childNodes);
		}
		for (; (i = O.nextNode()) !== null && c.length < s;) {
			if (i.nodeType === 1) {
				if (i.hasAttributes()) for (let e of i.getAttributeNames()) if (e.endsWith(le)) {
					let t = u[o++], n = i.getAttribute(e).split(v), r = /([.?@])?(.*)/.exec(t);
					c.push({
						type: 1,
						index: a,
						name: r[2],
						strings: n,
						ctor: r[1] === "." ? Te : r[1] === "?" ? Ee : r[1] === "@" ? De : M
					}), i.removeAttribute(e);
				} else e.startsWith(v) && (c.push({
					type: 6,
					index: a
				}), i.removeAttribute(e));
				if (ye.test(i.tagName)) {
					let e = i.textContent.split(v), t = e.length - 1;
					if (t > 0) {
						i.textContent = _ ? _.emptyScript : "";
						for (let n = 0; n < t; n++) i.append(e[n], b()), O.nextNode(), c.push({
							type: 2,
							index: ++a
						});
						i.append(e[t], b());
					}
				}
			} else if (i.nodeType === 8) {
				if (i.data === ue) c.push({
					type: 2,
					index: a
				});
				else {
					let e = -1;
					for (; (e = i.data.indexOf(v, e + 1)) !== -1;) c.push({
						type: 7,
						index: a
					}), e += v.length - 1;
				}
			}
			a++;
		}
	}
	static createElement(e, t) {
		let n = y.createElement("template");
		return n.innerHTML = e, n;
	}
};
function A(e, t, n = e, r) {
	if (t === E) return t;
	let i = r === void 0 ? n._$Cl : n._$Co?.[r], a = x(t) ? void 0 : t._$litDirective$;
	return i?.constructor !== a && (i?._$AO?.(!1), a === void 0 ? i = void 0 : (i = new a(e), i._$AT(e, n, r)), r === void 0 ? n._$Cl = i : (n._$Co ??= [])[r] = i), i !== void 0 && (t = A(e, i._$AS(e, t.values), i, r)), t;
}
var we = class {
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
		let { el: { content: t }, parts: n } = this._$AD, r = (e?.creationScope ?? y).importNode(t, !0);
		O.currentNode = r;
		let i = O.nextNode(), a = 0, o = 0, s = n[0];
		for (; s !== void 0;) {
			if (a === s.index) {
				let t;
				s.type === 2 ? t = new j(i, i.nextSibling, this, e) : s.type === 1 ? t = new s.ctor(i, s.name, s.strings, this, e) : s.type === 6 && (t = new Oe(i, this, e)), this._$AV.push(t), s = n[++o];
			}
			a !== s?.index && (i = O.nextNode(), a++);
		}
		return O.currentNode = y, r;
	}
	p(e) {
		let t = 0;
		for (let n of this._$AV) n !== void 0 && (n.strings === void 0 ? n._$AI(e[t]) : (n._$AI(e, n, t), t += n.strings.length - 2)), t++;
	}
}, j = class e {
	get _$AU() {
		return this._$AM?._$AU ?? this._$Cv;
	}
	constructor(e, t, n, r) {
		this.type = 2, this._$AH = D, this._$AN = void 0, this._$AA = e, this._$AB = t, this._$AM = n, this.options = r, this._$Cv = r?.isConnected ?? !0;
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
		e = A(this, e, t), x(e) ? e === D || e == null || e === "" ? (this._$AH !== D && this._$AR(), this._$AH = D) : e !== this._$AH && e !== E && this._(e) : e._$litType$ === void 0 ? e.nodeType === void 0 ? pe(e) ? this.k(e) : this._(e) : this.T(e) : this.$(e);
	}
	O(e) {
		return this._$AA.parentNode.insertBefore(e, this._$AB);
	}
	T(e) {
		this._$AH !== e && (this._$AR(), this._$AH = this.O(e));
	}
	_(e) {
		this._$AH !== D && x(this._$AH) ? this._$AA.nextSibling.data = e : this.T(y.createTextNode(e)), this._$AH = e;
	}
	$(e) {
		let { values: t, _$litType$: n } = e, r = typeof n == "number" ? this._$AC(e) : (n.el === void 0 && (n.el = k.createElement(Se(n.h, n.h[0]), this.options)), n);
		if (this._$AH?._$AD === r) this._$AH.p(t);
		else {
			let e = new we(r, this), n = e.u(this.options);
			e.p(t), this.T(n), this._$AH = e;
		}
	}
	_$AC(e) {
		let t = xe.get(e.strings);
		return t === void 0 && xe.set(e.strings, t = new k(e)), t;
	}
	k(t) {
		fe(this._$AH) || (this._$AH = [], this._$AR());
		let n = this._$AH, r, i = 0;
		for (let a of t) i === n.length ? n.push(r = new e(this.O(b()), this.O(b()), this, this.options)) : r = n[i], r._$AI(a), i++;
		i < n.length && (this._$AR(r && r._$AB.nextSibling, i), n.length = i);
	}
	_$AR(e = this._$AA.nextSibling, t) {
		for (this._$AP?.(!1, !0, t); e !== this._$AB;) {
			let t = se(e).nextSibling;
			se(e).remove(), e = t;
		}
	}
	setConnected(e) {
		this._$AM === void 0 && (this._$Cv = e, this._$AP?.(e));
	}
}, M = class {
	get tagName() {
		return this.element.tagName;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	constructor(e, t, n, r, i) {
		this.type = 1, this._$AH = D, this._$AN = void 0, this.element = e, this.name = t, this._$AM = r, this.options = i, n.length > 2 || n[0] !== "" || n[1] !== "" ? (this._$AH = Array(n.length - 1).fill(/* @__PURE__ */ new String()), this.strings = n) : this._$AH = D;
	}
	_$AI(e, t = this, n, r) {
		let i = this.strings, a = !1;
		if (i === void 0) e = A(this, e, t, 0), a = !x(e) || e !== this._$AH && e !== E, a && (this._$AH = e);
		else {
			let r = e, o, s;
			for (e = i[0], o = 0; o < i.length - 1; o++) s = A(this, r[n + o], t, o), s === E && (s = this._$AH[o]), a ||= !x(s) || s !== this._$AH[o], s === D ? e = D : e !== D && (e += (s ?? "") + i[o + 1]), this._$AH[o] = s;
		}
		a && !r && this.j(e);
	}
	j(e) {
		e === D ? this.element.removeAttribute(this.name) : this.element.setAttribute(this.name, e ?? "");
	}
}, Te = class extends M {
	constructor() {
		super(...arguments), this.type = 3;
	}
	j(e) {
		this.element[this.name] = e === D ? void 0 : e;
	}
}, Ee = class extends M {
	constructor() {
		super(...arguments), this.type = 4;
	}
	j(e) {
		this.element.toggleAttribute(this.name, !!e && e !== D);
	}
}, De = class extends M {
	constructor(e, t, n, r, i) {
		super(e, t, n, r, i), this.type = 5;
	}
	_$AI(e, t = this) {
		if ((e = A(this, e, t, 0) ?? D) === E) return;
		let n = this._$AH, r = e === D && n !== D || e.capture !== n.capture || e.once !== n.once || e.passive !== n.passive, i = e !== D && (n === D || r);
		r && this.element.removeEventListener(this.name, this, n), i && this.element.addEventListener(this.name, this, e), this._$AH = e;
	}
	handleEvent(e) {
		typeof this._$AH == "function" ? this._$AH.call(this.options?.host ?? this.element, e) : this._$AH.handleEvent(e);
	}
}, Oe = class {
	constructor(e, t, n) {
		this.element = e, this.type = 6, this._$AN = void 0, this._$AM = t, this.options = n;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	_$AI(e) {
		A(this, e);
	}
}, ke = g.litHtmlPolyfillSupport;
ke?.(k, j), (g.litHtmlVersions ??= []).push("3.3.3");
var Ae = (e, t, n) => {
	let r = n?.renderBefore ?? t, i = r._$litPart$;
	if (i === void 0) {
		let e = n?.renderBefore ?? null;
		r._$litPart$ = i = new j(t.insertBefore(b(), e), e, void 0, n ?? {});
	}
	return i._$AI(e), i;
}, N = globalThis, P = class extends h {
	constructor() {
		super(...arguments), this.renderOptions = { host: this }, this._$Do = void 0;
	}
	createRenderRoot() {
		let e = super.createRenderRoot();
		return this.renderOptions.renderBefore ??= e.firstChild, e;
	}
	update(e) {
		let t = this.render();
		this.hasUpdated || (this.renderOptions.isConnected = this.isConnected), super.update(e), this._$Do = Ae(t, this.renderRoot, this.renderOptions);
	}
	connectedCallback() {
		super.connectedCallback(), this._$Do?.setConnected(!0);
	}
	disconnectedCallback() {
		super.disconnectedCallback(), this._$Do?.setConnected(!1);
	}
	render() {
		return E;
	}
};
P._$litElement$ = !0, P.finalized = !0, N.litElementHydrateSupport?.({ LitElement: P });
var je = N.litElementPolyfillSupport;
je?.({ LitElement: P }), (N.litElementVersions ??= []).push("4.2.2");
// src/member_key.ts
var Me = "jebi member key 1", F = 6e5, Ne = 1e7, Pe = 4096, I = { name: "Ed25519" }, L = 1, Fe = "format name nonce public rounds salt sealed", R = class extends Error {
	constructor(e) {
		super(e), this.why = e;
	}
};
async function Ie() {
	try {
		return await crypto.subtle.generateKey(I, !1, ["sign", "verify"]), !0;
	} catch {
		return !1;
	}
}
async function Le(e, t, n, r) {
	if (e.size > Pe) throw new R("not_file");
	let i = ze(await e.text());
	if (i.name !== n) throw new R("whose");
	let a = await Be(i, t);
	try {
		let e = await crypto.subtle.importKey("pkcs8", a, I, !1, ["sign"]), t = new Uint8Array(await crypto.subtle.sign(I, e, z(r)));
		await He(i, r, t);
		let n = B(H(await We(i.name, Ue(i)), t));
		return `${r}\n\u2014 ${i.name} ${n}\n`;
	} finally {
		new Uint8Array(a).fill(0);
	}
}
async function Re(e, t) {
	let n = await crypto.subtle.generateKey(I, !0, ["sign", "verify"]), r = new Uint8Array(await crypto.subtle.exportKey("raw", n.publicKey)), i = await crypto.subtle.exportKey("pkcs8", n.privateKey), a = H(Uint8Array.of(L), r), o = `${e}+${Ge(await We(e, r))}+${B(a)}`, s = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)), c = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(12)), l = await Ve(t, s, F, "encrypt"), u = await crypto.subtle.encrypt({
		name: "AES-GCM",
		iv: c,
		additionalData: z(o)
	}, l, i);
	new Uint8Array(i).fill(0);
	let d = {
		format: Me,
		name: e,
		nonce: B(c),
		public: o,
		rounds: F,
		salt: B(s),
		sealed: B(new Uint8Array(u))
	};
	return {
		file: JSON.stringify(d),
		verifier: o
	};
}
function ze(e) {
	let t;
	try {
		t = JSON.parse(e);
	} catch {
		throw new R("not_file");
	}
	if (typeof t != "object" || !t || Object.keys(t).sort().join(" ") !== Fe) throw new R("not_file");
	let n = t, r = [
		n.name,
		n.nonce,
		n.public,
		n.salt,
		n.sealed
	];
	if (!(n.format === Me && r.every((e) => typeof e == "string") && Number.isInteger(n.rounds)) || n.rounds < F || n.rounds > Ne || !n.public.startsWith(`${n.name}+`)) throw new R("not_file");
	return t;
}
async function Be(e, t) {
	let [n, r, i] = [
		V(e.nonce),
		V(e.salt),
		V(e.sealed)
	];
	if (n.length !== 12 || r.length !== 16) throw new R("not_file");
	let a = await Ve(t, r, e.rounds, "decrypt");
	try {
		return await crypto.subtle.decrypt({
			name: "AES-GCM",
			iv: n,
			additionalData: z(e.public)
		}, a, i);
	} catch {
		throw new R("wrong");
	}
}
async function Ve(e, t, n, r) {
	let i = await crypto.subtle.importKey("raw", z(e.normalize("NFKC")), "PBKDF2", !1, ["deriveKey"]);
	return crypto.subtle.deriveKey({
		name: "PBKDF2",
		hash: "SHA-256",
		salt: t,
		iterations: n
	}, i, {
		name: "AES-GCM",
		length: 256
	}, !1, [r]);
}
async function He(e, t, n) {
	let r = await crypto.subtle.importKey("raw", Ue(e), I, !1, ["verify"]);
	if (!await crypto.subtle.verify(I, r, n, z(t))) throw new R("not_file");
}
function Ue(e) {
	let t = V(e.public.slice(e.name.length + 1 + 8 + 1));
	if (t.length !== 33 || t[0] !== L) throw new R("not_file");
	return t.slice(1);
}
async function We(e, t) {
	let n = await crypto.subtle.digest("SHA-256", H(z(`${e}\n`), Uint8Array.of(L), t));
	return new Uint8Array(n).slice(0, 4);
}
var z = (e) => new TextEncoder().encode(e), Ge = (e) => [...e].map((e) => e.toString(16).padStart(2, "0")).join(""), B = (e) => btoa(String.fromCharCode(...e));
function V(e) {
	try {
		return Uint8Array.from(atob(e), (e) => e.charCodeAt(0));
	} catch {
		throw new R("not_file");
	}
}
function H(...e) {
	let t = new Uint8Array(e.reduce((e, t) => e + t.length, 0)), n = 0;
	for (let r of e) t.set(r, n), n += r.length;
	return t;
}
// src/clear.ts
var Ke = class extends P {
	createRenderRoot() {
		let e = document.createElement("div");
		return e.hidden = !0, Ie().then((t) => {
			t && (this.querySelector(".notice")?.remove(), e.hidden = !1);
		}), this.appendChild(e);
	}
	input(e) {
		let t = this.querySelector(`input[name=${e}]`);
		if (!t) throw Error("the island was not drawn");
		return t;
	}
	alert(e) {
		return e ? w`<p class="alert" role="alert">${e}</p>` : D;
	}
}, qe = class extends Ke {
	constructor(...e) {
		super(...e), this.sign = async (e) => {
			e.preventDefault();
			let [t, n] = [this.input("key").files?.[0], this.input("passphrase")];
			if (!t || this.isBusy) return;
			let r = n.value;
			n.value = "", this.said = void 0, this.isBusy = !0;
			try {
				this.send(await Le(t, r, this.name, this.statement));
			} catch (e) {
				this.said = this.words[e instanceof R ? e.why : "unable"];
			} finally {
				this.isBusy = !1;
			}
		};
	}
	static {
		this.properties = {
			form: {},
			name: {},
			statement: { type: Object },
			words: { type: Object },
			said: { state: !0 },
			isBusy: { state: !0 }
		};
	}
	send(e) {
		let t = document.getElementById(this.form);
		if (!(t instanceof HTMLFormElement)) throw Error("the page has no form for the note");
		let n = t.elements.namedItem("note");
		n instanceof HTMLTextAreaElement && (n.value = e), t.submit();
	}
	render() {
		return w`<form class="stack" @submit=${this.sign}>
            <label>${this.words.file} <input type="file" name="key" accept=".json,application/json" required></label>
            <label>${this.words.passphrase} <input type="password" name="passphrase" required maxlength="1024" autocomplete="off"></label>
            <p class="hint">${this.words.stays}</p>
            ${this.alert(this.said)}
            <p class="hint" role="status">${this.isBusy ? this.words.signing : D}</p>
            <button class="primary" ?disabled=${this.isBusy}>${this.words.now}</button>
        </form>`;
	}
}, Je = class extends Ke {
	constructor(...e) {
		super(...e), this.make = async (e) => {
			e.preventDefault();
			let [t, n] = [this.input("first"), this.input("again")], [r, i] = [t.value, n.value];
			if (t.value = n.value = "", this.said = r.length < this.least ? this.words.short : r === i ? void 0 : this.words.differ, !this.said) try {
				let { file: e, verifier: t } = await Re(this.name, r);
				this.done && URL.revokeObjectURL(this.done.address), this.done = {
					address: URL.createObjectURL(new Blob([e, "\n"], { type: "application/json" })),
					verifier: t
				};
			} catch {
				this.said = this.words.unable;
			}
		};
	}
	static {
		this.properties = {
			name: {},
			file: {},
			least: { type: Number },
			words: { type: Object },
			said: { state: !0 },
			done: { state: !0 }
		};
	}
	render() {
		return this.done ? w`<p class="notice" role="status">${this.words.saved}</p>
                <p class="row"><a class="button primary" href=${this.done.address} download=${this.file}>${this.words.save}</a></p>
                <h3 id="vkey">${this.words.public}</h3><p class="vkey secret" lang="zxx" translate="no" aria-labelledby="vkey">${this.done.verifier}</p>` : w`<form class="stack" @submit=${this.make}>
            <label>${this.words.passphrase} <input type="password" name="first" required maxlength="1024" autocomplete="off" aria-describedby="key-help"></label>
            <p class="hint" id="key-help">${this.words.help}</p>
            <label>${this.words.again} <input type="password" name="again" required maxlength="1024" autocomplete="off"></label>
            ${this.alert(this.said)}
            <button>${this.words.make}</button>
        </form>`;
	}
};
customElements.define("jebi-key-signer", qe), customElements.define("jebi-key-maker", Je);
// src/editor_plan.ts
var U = 1e4, Ye = 1e6, Xe = 2e6;
function Ze(e) {
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
			id: Ye + t,
			isOpen: !0
		}))]
	}));
	return {
		...e,
		sources: t
	};
}
function Qe(e) {
	return Math.max(Xe, ...e.sources.flatMap((e) => e.held.map((e) => e.id + 1)));
}
function $e(e) {
	let { title: t, summary: n, why: r, places: i, themes: a, filmed: o } = e.about, s = {
		title: et(t),
		summary: et(n),
		why: et(r),
		places: tt(i),
		themes: tt(a),
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
	return JSON.stringify(nt({
		...e,
		about: s,
		sources: c
	}));
}
function et(e) {
	return Object.fromEntries(Object.entries(e).map(([e, t]) => [e, t.trim()]).filter(([, e]) => e));
}
function tt(e) {
	return [...new Set(e.map((e) => e.trim()).filter(Boolean))];
}
function nt(e) {
	if (Array.isArray(e)) return e.map(nt);
	if (typeof e != "object" || !e) return e;
	let t = Object.entries(e).sort(([e], [t]) => e < t ? -1 : 1);
	return Object.fromEntries(t.map(([e, t]) => [e, nt(t)]));
}
function rt(e) {
	let t = e.trim().split(":");
	return t.length > 3 || !t.every((e) => /^\d{1,6}(\.\d{1,3})?$/.test(e)) ? null : Math.round(t.reduce((e, t) => e * 60 + Number(t), 0) * 1e3);
}
function W(e) {
	let t = Math.floor(Math.max(0, e) / 1e3), n = Math.max(0, e) % 1e3, [r, i, a] = [
		Math.floor(t / 3600),
		Math.floor(t / 60) % 60,
		String(t % 60).padStart(2, "0")
	], o = n ? `.${String(Math.round(n)).padStart(3, "0").replace(/0+$/, "")}` : "";
	return (r ? `${r}:${String(i).padStart(2, "0")}:${a}` : `${i}:${a}`) + o;
}
function it(e, t) {
	return (e ?? "").replace(/\{(\w+)\}/g, (e, n) => String(t[n] ?? e));
}
var at = .3, ot = [
	2,
	.6,
	7
], st = 50, ct = (e) => e.keys[0], lt = (e) => e.keys.at(-1), G = (e) => ct(e)[0], K = (e) => lt(e)[0];
function q(e, t) {
	if (t < G(e) || t > K(e)) return null;
	let n = e.keys.findIndex((e) => e[0] >= t), r = e.keys[n], i = e.keys[Math.max(0, n - 1)], a = r[0] > i[0] ? (t - i[0]) / (r[0] - i[0]) : 0, [o, s, c, l] = ut(i).map((e, t) => e + a * (ut(r)[t] - e));
	return yt(o, s, c, l);
}
var ut = ([, e, t, n, r]) => [
	e,
	t,
	e + n,
	t + r
];
function J([e, t, n, r]) {
	let [i, a] = [n, r].map((e) => Math.round(Math.min(U, Math.max(st, e))));
	return [
		Math.round(Math.min(U - i, Math.max(0, e))),
		Math.round(Math.min(U - a, Math.max(0, t))),
		i,
		a
	];
}
function dt(e, t, n) {
	let r = [...e.keys.filter((e) => e[0] !== t), [t, ...J(n)]];
	return {
		...e,
		keys: r.sort((e, t) => e[0] - t[0])
	};
}
function ft(e, t) {
	let n = e.keys.map((e) => Math.abs(e[0] - t));
	return n.indexOf(Math.min(...n));
}
function pt(e, t) {
	let n = ft(e, t);
	return e.keys.length > 1 ? {
		...e,
		keys: e.keys.filter((e, t) => t !== n)
	} : e;
}
function mt(e, t) {
	let n = Math.max(0, t - 50);
	if (n > K(e)) return e;
	let r = q(e, n) ?? ct(e).slice(1);
	return {
		...e,
		keys: [[n, ...r], ...e.keys.filter((e) => e[0] > n)]
	};
}
function ht(e, t, n) {
	let r = Math.min(Math.max(n, K(e)), t + 50);
	if (r < G(e)) return e;
	let i = q(e, r) ?? lt(e).slice(1);
	return {
		...e,
		keys: [...e.keys.filter((e) => e[0] < r), [r, ...i]]
	};
}
function gt(e, t) {
	let n = [...new Set([...e.keys, ...t.keys].map((e) => e[0]))].sort((e, t) => e - t).map((n) => {
		let r = [q(e, n), q(t, n)].filter((e) => e !== null), [i, a] = [Math.min(...r.map((e) => e[0])), Math.min(...r.map((e) => e[1]))], o = Math.max(...r.map((e) => e[0] + e[2])), s = Math.max(...r.map((e) => e[1] + e[3]));
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
function _t(e, t) {
	return Math.max(G(e) - K(t), G(t) - K(e));
}
function vt(e) {
	let [t, n, r] = ot, i = e.keys.map(([e, i, a, o, s]) => {
		let [c, l] = [o / 1.6, s / 1.6], [u, d] = [i + o / 2, a + at * l], [ee, te] = [Math.max(0, u - (t + .5) * c), Math.min(U, u + (t + .5) * c)], [f, ne] = [Math.max(0, d - n * l), Math.min(U, d + (1 + r) * l)];
		return [e, ...yt(ee, f, te, ne)];
	});
	return {
		...e,
		kind: "figure",
		keys: i
	};
}
function yt(e, t, n, r) {
	let [i, a] = [Math.floor(e), Math.floor(t)];
	return [
		i,
		a,
		Math.max(1, Math.ceil(n) - i),
		Math.max(1, Math.ceil(r) - a)
	];
}
function bt(e, t, n, r) {
	let i = J(n), [a, o] = [Math.max(0, t - 500), Math.min(Math.max(r, t + 50), t + 500)];
	return {
		id: e,
		isOpen: !1,
		kind: "hand",
		style: "solid",
		keys: [[a, ...i], [o, ...i]]
	};
}
function Y(e, t, n) {
	return {
		...e,
		sources: e.sources.map((e, r) => r === t ? {
			...e,
			held: n(e.held)
		} : e)
	};
}
function xt(e, t) {
	let n = /* @__PURE__ */ new Map();
	t.forEach((e, t) => {
		e.cover !== null && !n.has(e.cover) && n.set(e.cover, t);
	});
	let r = (e) => e.id >= Xe, i = (e) => r(e) ? -1 : n.get(e.id) ?? (e.isOpen ? 2e9 : 1e9);
	return [...e].sort((e, t) => i(e) - i(t) || G(e) - G(t));
}
function St(e) {
	return e.keys ? q({
		id: -1,
		isOpen: !1,
		kind: "face",
		style: "solid",
		keys: e.keys
	}, e.at) : null;
}
function Ct(e, t) {
	let n = St(e);
	if (!n) return !1;
	let [r, i] = [n[0] + n[2] / 2, n[1] + n[3] / 2];
	return t.some((t) => {
		let n = q(t, e.at);
		return n !== null && n[0] <= r && r <= n[0] + n[2] && n[1] <= i && i <= n[1] + n[3];
	});
}
// src/editor_forms.ts
var wt = [
	"ko",
	"ja",
	"en"
], Tt = [
	"surroundings",
	"disguised",
	"plain"
], Et = 5e3;
function X(e, t, n) {
	return w`<label>${e} <input class="digits" inputmode="decimal" .value=${W(t)} maxlength="15" @change=${(e) => {
		let r = e.target, i = rt(r.value);
		i === null ? r.value = W(t) : n(i);
	}}></label>`;
}
var Z = (e, t, n) => e.map((e, r) => r === t ? n : e), Dt = (e, t) => e.filter((e, n) => n !== t);
function Ot(e, t, n, r, i, a) {
	let o = (e, t) => a((n) => ({
		...n,
		parts: Z(n.parts, e, t)
	})), s = (e) => a((t) => {
		let [n, r] = [t.parts[e - 1], t.parts[e]];
		return n && r ? {
			...t,
			parts: Z(Z(t.parts, e - 1, r), e, n)
		} : t;
	});
	return w`<ol class="stretches">${t.parts.map(([c, l, u], d) => w`<li class="row">
        ${n.length > 1 ? w`<label>${e.source}<select @change=${(e) => o(d, [
		Number(e.target.value),
		l,
		u
	])}>${n.map((e, t) => w`<option value=${t} ?selected=${t === c}>${e.name}</option>`)}</select></label>` : D}
        ${X(e.from, l, (e) => o(d, [
		c,
		e,
		u
	]))} ${X(e.to, u, (e) => o(d, [
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
        ${d ? w`<button type="button" class="quiet" @click=${() => s(d)}>${e.up}</button>` : D}
        ${t.parts.length > 1 ? w`<button type="button" class="quiet" @click=${() => a((e) => ({
		...e,
		parts: Dt(e.parts, d)
	}))}>${e.remove}</button>` : D}</span></li>`)}
    </ol><button type="button" @click=${() => a((e) => ({
		...e,
		parts: [...e.parts, [
			r,
			0,
			n[r]?.length ?? 0
		]]
	}))}>${e.add_part}</button>`;
}
function kt(e, t, n, r, i) {
	let a = t.sources[n]?.sounds ?? [], o = (e) => i((t) => ({
		...t,
		sources: t.sources.map((t, r) => r === n ? {
			...t,
			sounds: e
		} : t)
	}));
	return w`<p class="hint">${e.sounds_help}</p>
        <ol class="stretches">${a.map(([t, n, r], i) => w`<li class="row">
            ${X(e.from, t, (e) => o(Z(a, i, [
		e,
		n,
		r
	])))} ${X(e.to, n, (e) => o(Z(a, i, [
		t,
		e,
		r
	])))}
            <label>${e.how}<select @change=${(e) => o(Z(a, i, [
		t,
		n,
		e.target.value
	]))}>${Tt.map((t) => w`<option value=${t} ?selected=${t === r}>${e[t]}</option>`)}</select></label>
            <button type="button" class="quiet" @click=${() => o(Dt(a, i))}>${e.silent}</button>
            ${r === "disguised" ? w`<p class="alert small">${e.disguised_why}</p>` : D}</li>`)}
        </ol><button type="button" @click=${() => o([...a, [
		r(),
		r() + Et,
		"surroundings"
	]])}>${e.add_sound}</button>`;
}
function At(e, t, n) {
	let { about: r } = t, i = (e, t) => n((e) => ({
		...e,
		about: {
			...e.about,
			...t
		}
	}), e), a = [.../* @__PURE__ */ new Set([...wt, ...[
		r.title,
		r.summary,
		r.why
	].flatMap(Object.keys)])], o = (e, t) => (n) => i(`${e} ${t}`, { [e]: {
		...r[e],
		[t]: n.target.value
	} }), s = (e) => (t) => i(e, { [e]: t.target.value.split("\n") });
	return w`<div class="texts">${a.map((t) => w`<fieldset class="stack"><legend>${e[`language_${t}`] ?? t}</legend>
            <label>${e.title} <input lang=${t} maxlength="4000" .value=${r.title[t] ?? ""} @input=${o("title", t)}></label>
            <label>${e.summary} <textarea lang=${t} rows="2" maxlength="4000" .value=${r.summary[t] ?? ""} @input=${o("summary", t)}></textarea></label>
            <label>${e.why} <textarea lang=${t} rows="2" maxlength="4000" .value=${r.why[t] ?? ""} @input=${o("why", t)}></textarea></label></fieldset>`)}</div>
        <div class="row"><label>${e.places} <textarea rows="2" .value=${r.places.join("\n")} @input=${s("places")}></textarea></label>
            <label>${e.themes} <textarea rows="2" .value=${r.themes.join("\n")} @input=${s("themes")}></textarea></label>
            <label>${e.filmed} <input class="digits" maxlength="10" placeholder="2026-10" .value=${r.filmed} @input=${(e) => i("filmed", { filmed: e.target.value })}></label></div>`;
}
// src/editor_side.ts
var jt = 300, Mt = 12;
function Nt(e, t, n, r, i, a) {
	return t.searched ? t.concerns.length ? w`
        <p class="faint">${it(e.worst_count, {
		seen: n.size,
		count: t.concerns.length,
		total: t.total
	})}</p>
        <ol class="worst">${t.concerns.map((t, o) => w`
            <li><button type="button" class="moment ${n.has(o) ? "is-seen" : ""}" aria-current=${o === i ? "true" : D} @click=${() => a.look(o)}>
                <span class="at">${W(t.at - t.at % 100)}</span> <span>${Pt(e, t)}</span></button>
                ${t.keys && !Ct(t, r) ? w`<button type="button" class="quiet" @click=${() => a.coverFace(t)}>${e.cover_face}</button>` : D}</li>`)}
        </ol>` : w`<p class="faint">${e.nobody}</p>` : w`<p class="notice small">${e.not_searched}</p>`;
}
function Pt(e, t) {
	let n = t.why === "gap" || t.why === "empty" ? (t.amount / 1e3).toFixed(1) : t.why === "short" ? t.amount : Math.round(t.amount / 10);
	return it(e[t.why], { amount: n });
}
function Ft(e, t) {
	return `${t.isOpen ? e.opened : e[t.kind]} ${W(G(t))} – ${W(K(t))}`;
}
function It(e, t, n, r) {
	let i = n.filter((e) => e.id !== t.id && e.isOpen === t.isOpen).sort((e, n) => _t(t, e) - _t(t, n)).slice(0, Mt), a = (n) => w`<button type="button" aria-pressed=${t.style === n ? "true" : "false"} @click=${() => r.change((e) => ({
		...e,
		style: n
	}))}>${e[n]}</button>`;
	return w`
        <p><b>${Ft(e, t)}</b></p>
        ${t.isOpen ? D : w`<div class="choice" role="group" aria-label=${e.style}>${a("solid")}${a("mosaic")}</div>`}
        <div class="actions">
            <button type="button" class="quiet" @click=${r.begin}>${e.extend} <kbd>[</kbd></button>
            <button type="button" class="quiet" @click=${r.end}>${e.shorten} <kbd>]</kbd></button>
            <button type="button" class="quiet" ?disabled=${t.keys.length < 2} @click=${r.removeKey}>${e.remove_key}</button>
            ${t.kind === "figure" || t.isOpen ? D : w`<button type="button" class="quiet" @click=${r.figure}>${e.whole_figure} <kbd>f</kbd></button>`}
            <button type="button" class="quiet" @click=${r.leaveOpen}>${t.isOpen ? e.reset : e.leave} <kbd>o</kbd></button>
            <button type="button" class="quiet" @click=${r.drop}>${e.delete} <kbd>⌫</kbd></button>
        </div>
        ${i.length ? w`<div class="row"><label>${e.join_what}<select data-join>${i.map((t) => w`<option value=${t.id}>${Ft(e, t)}</option>`)}</select></label>
            <button type="button" @click=${(e) => r.join(Number(e.currentTarget.parentElement.querySelector("select").value))}>${e.join}</button></div>` : D}`;
}
function Lt(e, t, n, r, i, a) {
	let o = xt(t, n).filter((e, t) => t < jt || e.id === i), s = (t) => {
		let r = n.find((e) => e.cover === t.id);
		return r ? Pt(e, r) : "";
	};
	return w`<ol class="lanes" aria-label=${e.timeline} @keydown=${zt}>
        ${o.map((t, o) => w`<li><button type="button" class="lane ${t.isOpen ? "is-open" : ""}" aria-pressed=${t.id === i ? "true" : "false"}
            tabindex=${t.id === i || i === null && o === 0 ? 0 : -1} title=${s(t)} @click=${() => a.choose(t.id)}>
            <span>${e[t.isOpen ? "opened" : t.kind]} <span class="figure">${W(G(t) - G(t) % 100)}</span></span>
            ${Rt(t, n.filter((e) => e.cover === t.id), r)}</button></li>`)}
    </ol>`;
}
function Rt(e, t, n) {
	let r = (e) => e / Math.max(1, n) * 1e3, i = Math.max(3, r(K(e) - G(e)));
	return T`<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="span" x=${r(G(e))} y="1" width=${i} height="8"></rect>
        ${e.keys.length < 60 ? e.keys.map((e) => T`<rect class="key" x=${r(e[0])} y="1" width="1" height="8"></rect>`) : D}
        ${t.map((e) => T`<rect class="mark" x=${r(e.at) - 1.5} y="0" width="3" height="10"></rect>`)}</svg>`;
}
function zt(e) {
	let t = {
		ArrowDown: 1,
		ArrowUp: -1
	}[e.key];
	if (!t || e.ctrlKey || e.metaKey || e.altKey) return;
	let n = [...e.currentTarget.querySelectorAll("button")], r = n[n.indexOf(e.target) + t];
	e.preventDefault(), e.stopPropagation(), r?.focus(), r?.click();
}
// src/editor_stage.ts
var Bt = 50, Vt = 60, Ht = 150, Ut = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1]
}, Wt = class extends P {
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
			] : i ? Kt(t, i, c, l) : J([
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
			e.id === null ? t > Vt && n > Vt && this.say("drawn", e.now) : this.say("changed", {
				id: e.id,
				box: e.now,
				tag: e.tag
			});
		}, this.pressed = (e) => {
			let t = Ut[e.key], n = this.chosen === null ? null : this.boxOf(this.chosen);
			if (!t || !n || e.ctrlKey || e.metaKey || e.altKey) return;
			e.preventDefault(), e.stopPropagation();
			let [r, i] = [t[0] * Bt, t[1] * Bt], a = e.shiftKey ? [
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
				box: J(a),
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
		let { left: t, top: n, width: r, height: i } = this.querySelector("svg.over").getBoundingClientRect(), [a, o] = [(e.clientX - t) / r * U, (e.clientY - n) / i * U];
		return [Math.min(U, Math.max(0, a)), Math.min(U, Math.max(0, o))];
	}
	boxOf(e) {
		let t = this.held.find((t) => t.id === e);
		return t ? q(t, this.now) : null;
	}
	updated() {
		this.style.setProperty("--ratio", String(this.ratio));
	}
	render() {
		let e = this.words;
		return w`
            <div class="over-box">
                <video src=${this.src} preload="auto" playsinline disableremoteplayback disablepictureinpicture @loadedmetadata=${() => this.measured()}
                    @play=${this.tick} @pause=${this.tick} @seeked=${this.tick} @error=${() => this.isBroken = !0}></video>
                <svg class="over ${this.isClear ? "is-clear" : ""}" viewBox="0 0 ${U} ${U}" preserveAspectRatio="none" tabindex="0" role="application" aria-label=${e.help}
                    @pointerdown=${this.down} @pointermove=${this.move} @pointerup=${this.up} @pointercancel=${() => this.drag = null} @keydown=${this.pressed}>
                    ${this.held.map((e) => this.drawn(e))}
                    ${this.ghost ? Gt(this.ghost, "ghost", null) : D}
                    ${this.drag && this.drag.id === null ? Gt(this.drag.now, "new", null) : D}
                </svg>
            </div>
            ${this.isBroken ? w`<p class="alert" role="alert">${e.no_viewing}</p>` : D}`;
	}
	drawn(e) {
		let t = this.drag?.id === e.id && this.drag ? this.drag.now : q(e, this.at);
		if (!t) return D;
		let n = e.id === this.chosen, r = Gt(t, `${e.isOpen ? "open" : e.style}${n ? " is-chosen" : ""}`, e.id);
		return n ? T`${r}${this.grips(t)}` : r;
	}
	grips([e, t, n, r]) {
		let [i, a] = [Ht, Ht * this.ratio];
		return [
			0,
			.5,
			1
		].flatMap((o) => [
			0,
			.5,
			1
		].filter((e) => o !== .5 || e !== .5).map((s) => T`<rect class="grip" data-grip="${o} ${s}" x=${e + o * n - i / 2} y=${t + s * r - a / 2} width=${i} height=${a}></rect>`));
	}
};
function Gt([e, t, n, r], i, a) {
	return T`<rect class=${i} data-id=${a ?? D} x=${e} y=${t} width=${n} height=${r}></rect>`;
}
function Kt([e, t, n, r], [i, a], o, s) {
	let [c, l] = [e + (i === 0 ? o : 0), e + n + (i === 1 ? o : 0)], [u, d] = [t + (a === 0 ? s : 0), t + r + (a === 1 ? s : 0)];
	return J([
		Math.min(c, l),
		Math.min(u, d),
		Math.abs(l - c),
		Math.abs(d - u)
	]);
}
customElements.define("jebi-stage", Wt);
// src/keys.ts
var qt = !1;
function Jt(e) {
	let t = e.target;
	return e.ctrlKey || e.metaKey || e.altKey ? !0 : t instanceof HTMLElement && (t.isContentEditable || t.closest("input:not([type=range]), textarea, select") !== null);
}
function Yt(e) {
	if (e.key === "Escape" && Xt(), Jt(e) || document.querySelector("dialog[open]")) return;
	let t = qt;
	if (qt = e.key === "g", e.key === "/") {
		let t = document.querySelector("#q") ?? document.querySelector("[data-search]");
		if (!t) return;
		e.preventDefault(), t.focus(), t.select();
	} else e.key === "?" ? (e.preventDefault(), document.querySelector("#help")?.showModal()) : t && e.key === "a" && document.querySelector("nav a[href=\"/archive\"]") && location.assign("/archive");
}
function Xt() {
	for (let e of document.querySelectorAll("details.me[open]")) e.open = !1, e.querySelector("summary")?.focus();
}
document.addEventListener("keydown", Yt), document.addEventListener("click", (e) => {
	for (let t of document.querySelectorAll("details.me[open]")) e.target instanceof Node && !t.contains(e.target) && (t.open = !1);
});
// src/editor.ts
var Zt = 40, Qt = [
	U * .45,
	U * .35,
	U * .1,
	U * .18
], $t = class extends P {
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
			if (Jt(e)) return;
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
			this.problem = await tn(e);
			return;
		}
		let t = await e.json();
		this.beside = t.sources, this.based = t.based, this.draft = Ze(t.plan), this.kept = $e(this.draft);
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
		return this.draft !== null && this.done.length > 0 && $e(this.draft) !== this.kept;
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
		this.edit((t) => Y(t, this.source, (t) => t.map((t) => t.id === this.current ? e(t) : t)), t);
	}
	add(e, t) {
		if (!this.draft) return;
		let n = e(Qe(this.draft));
		this.edit((e) => Y(e, this.source, (e) => [...e, n])), this.current = n.id, this.message = t ?? "", this.toStage();
	}
	draw(e) {
		this.add((t) => bt(t, this.now, e, this.here.length), this.words.drawn);
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
		t && !q(t, this.now) && this.stage?.seek(G(t));
	}
	look(e) {
		let t = this.here.concerns[e];
		if (!t) return;
		this.moment = e;
		let n = this.looked.get(this.source) ?? /* @__PURE__ */ new Set();
		this.looked.set(this.source, n.add(e)), this.stage?.video?.pause(), this.stage?.seek(t.at), this.current = t.cover !== null && this.held.some((e) => e.id === t.cover) ? t.cover : null, this.message = `${W(t.at)} ${Pt(this.words, t)}`, this.toStage();
	}
	begin() {
		this.change((e) => mt(e, this.now));
	}
	end() {
		this.change((e) => ht(e, this.now, this.here.length));
	}
	removeKey() {
		this.change((e) => pt(e, this.now));
	}
	figure() {
		this.change((e) => e.isOpen ? e : vt(e));
	}
	drop() {
		let e = this.current;
		this.edit((t) => Y(t, this.source, (t) => t.filter((t) => t.id !== e))), this.current = null;
	}
	join(e) {
		let t = this.held.find((t) => t.id === e);
		if (!t) return;
		let n = this.current;
		this.edit((r) => Y(r, this.source, (r) => r.filter((t) => t.id !== e).map((e) => e.id === n ? gt(e, t) : e)));
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
			d: () => this.draw(Qt),
			v: () => this.isClear = !this.isClear,
			" ": () => this.stage?.toggle(),
			k: () => this.stage?.toggle(),
			j: e(-1e3),
			l: e(1e3),
			",": e(-40),
			".": e(Zt)
		};
	}
	async save() {
		if (!this.draft || this.isSaving) return;
		this.isSaving = !0;
		let e = new FormData();
		e.append("form_token", this.token), e.append("based", String(this.based));
		try {
			e.append("plan", await en($e(this.draft)), "plan.json.gz");
			let t = await fetch(this.src, {
				method: "POST",
				body: e
			});
			if (t.ok && t.redirected) {
				this.done = [], location.assign(t.url);
				return;
			}
			this.problem = await tn(t);
		} catch {
			this.problem = this.words.unsaved ?? "";
		}
		this.isSaving = !1;
	}
	timed(e) {
		this.style.setProperty("--at", String(e / Math.max(1, this.here.length)));
		let t = this.querySelector("[data-clock]");
		t && (t.textContent = W(e - e % 10));
		let n = this.querySelector(".seek");
		n && (n.value = String(e));
	}
	render() {
		let { words: e, draft: t } = this, n = this.problem ? w`<p class="alert" role="alert">${this.problem}</p>` : D;
		if (!t) return this.problem ? n : w`<p class="faint">${e.loading}</p>`;
		let r = (e, t) => this.edit(e, t);
		return w`
            ${this.bar()}${n}
            <div class="watch">
                <div class="stage">${this.shown()}
                    <section class="card" aria-labelledby="timeline"><h2 id="timeline">${e.timeline} <span class="faint">${this.held.length}</span></h2>
                        <p class="hint">${e.tracks_help}</p>${Lt(e, this.held, this.here.concerns, this.here.length, this.current, this)}</section>
                </div>
                <aside class="said">
                    <section aria-labelledby="selected"><h2 id="selected">${e.selected}</h2>${this.one ? It(e, this.one, this.held, this) : w`<p class="faint">${e.none}</p>`}
                        <div class="actions"><button type="button" @click=${() => this.draw(Qt)}>${e.draw} <kbd>d</kbd></button></div></section>
                    <section aria-labelledby="worst"><div class="parcel-head"><h2 id="worst">${e.worst}</h2><button type="button" @click=${() => this.look(this.moment + 1)}>${e.next} <kbd>n</kbd></button></div>
                        ${Nt(e, this.here, this.looked.get(this.source) ?? /* @__PURE__ */ new Set(), this.held, this.moment, this)}</section>
                </aside>
            </div>
            <div class="editing">
                <section class="card" aria-labelledby="parts"><h2 id="parts">${e.parts}</h2>${Ot(e, t, this.beside, this.source, () => this.now, r)}</section>
                <section class="card" aria-labelledby="sounds"><h2 id="sounds">${e.sounds}</h2>${kt(e, t, this.source, () => this.now, r)}</section>
                <section class="card" aria-labelledby="texts"><h2 id="texts">${e.texts}</h2>${At(e, t, r)}</section>
            </div>
            <dialog aria-labelledby="leave-open" @close=${(e) => e.target.returnValue === "open" && this.confirmed()}>
                <h2 id="leave-open">${e.leave}</h2><p>${e.confirm_open}</p>
                <form method="dialog" class="actions"><button value="covered" class="primary" autofocus>${e.reset}</button><button value="open" class="quiet">${e.leave}</button></form>
            </dialog>`;
	}
	bar() {
		let { words: e } = this, t = this.isSaving ? e.saving : this.isChanged ? e.changed : e.applied;
		return w`<div class="edit-bar">
            ${this.beside.length > 1 ? w`<label class="plain">${e.source} <select @change=${(e) => this.turn(Number(e.target.value))}>${this.beside.map((e, t) => w`<option value=${t} ?selected=${t === this.source}>${e.name}</option>`)}</select></label>` : D}
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
		if (!t.viewing) return w`<p class="notice">${e.no_viewing}</p>`;
		let n = this.here.concerns[this.moment], r = n && !Ct(n, this.held) ? St(n) : null;
		return w`<jebi-stage src="/clips/${t.clip}/media/viewing" .held=${this.held} .chosen=${this.current} .ghost=${r} .words=${e} .isClear=${this.isClear}
                @drawn=${(e) => this.draw(e.detail)} @chosen=${(e) => this.current = e.detail}
                @changed=${(e) => this.change((t) => dt(t, this.now, e.detail.box), e.detail.tag)}
                @timed=${(e) => this.timed(e.detail)}></jebi-stage>
            <div class="controls">
                <button type="button" class="quiet" @click=${() => this.stage?.toggle()}>${e.play} <kbd>k</kbd></button>
                <button type="button" class="quiet" @click=${() => this.stage?.seek(Math.max(0, this.now - Zt))}>${e.earlier} <kbd>,</kbd></button>
                <button type="button" class="quiet" @click=${() => this.stage?.seek(this.now + Zt)}>${e.later} <kbd>.</kbd></button>
                <span class="clock"><span data-clock>0:00</span> <i>/ ${W(t.length)}</i></span><span class="gap"></span>
                <button type="button" class="quiet" aria-pressed=${this.isClear ? "true" : "false"} @click=${() => this.isClear = !this.isClear}>${e.covers} <kbd>v</kbd></button>
            </div>
            <input type="range" class="seek" min="0" max=${t.length} step="20" value="0" aria-label=${e.key} @input=${(e) => this.stage?.seek(Number(e.target.value))}>
            <p class="hint">${e.help} ${e.keys_moved}</p>`;
	}
};
function en(e) {
	return new Response(new Blob([e]).stream().pipeThrough(new CompressionStream("gzip"))).blob();
}
async function tn(e) {
	let t = new DOMParser().parseFromString(await e.text(), "text/html");
	return t.querySelector("main .alert")?.textContent ?? t.querySelector("h1")?.textContent ?? String(e.status);
}
customElements.define("jebi-editor", $t);
// src/grid.ts
var nn = {
	ArrowRight: (e) => e + 1,
	ArrowLeft: (e) => e - 1,
	ArrowDown: (e, t) => e + t,
	ArrowUp: (e, t) => e - t,
	Home: () => 0,
	End: (e, t, n) => n
}, rn = class extends HTMLElement {
	constructor(...e) {
		super(...e), this.pressed = (e) => {
			let t = nn[e.key], n = this.links, r = n.indexOf(document.activeElement);
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
customElements.define("jebi-grid", rn);
// src/live.ts
var an = 500, on = class extends P {
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
			window.clearTimeout(this.timer), this.timer = window.setTimeout(() => void this.changed(), an);
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
		return this.isOffered ? w`<p class="notice" role="status"><a href=${location.pathname + location.search}>${this.offer}</a></p>` : D;
	}
};
customElements.define("jebi-live", on);
// src/player.ts
var sn = [
	.25,
	.5,
	1,
	1.5,
	2
], cn = 1 / 30, ln = class extends P {
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
			if (Jt(e) || document.querySelector("dialog[open]")) return;
			let t = e.target instanceof Element ? e.target : document.body, n = t.closest("button, summary, a") !== null, r = {
				k: () => this.toggle(),
				j: () => this.seek(this.video.currentTime - 10),
				l: () => this.seek(this.video.currentTime + 10),
				"[": () => this.shot(-1),
				"]": () => this.shot(1),
				",": () => this.seek(this.video.currentTime - cn),
				".": () => this.seek(this.video.currentTime + cn),
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
		if (this.isBroken) return w`<p class="alert" role="alert">${e.broken}</p>`;
		let t = this.length;
		return w`
            <div class="track">
                <canvas aria-hidden="true"></canvas><span class="playhead" aria-hidden="true"></span>
                <input type="range" min="0" max=${t} step="0.1" .value=${String(this.at)} aria-label=${e.seek} aria-valuetext="${Q(this.at)} / ${Q(t)}"
                    @input=${(e) => this.seek(Number(e.target.value))}>
            </div>
            <div class="controls">
                <button type="button" class="primary round" aria-label=${this.isPlaying ? e.pause : e.play} @click=${() => this.toggle()}>${this.isPlaying ? dn : un}</button>
                <button type="button" class="round" aria-label=${e.previous} title="${e.previous} [" @click=${() => this.shot(-1)}>${fn}</button>
                <button type="button" class="round" aria-label=${e.next} title="${e.next} ]" @click=${() => this.shot(1)}>${pn}</button>
                <span class="clock">${Q(this.at)} <i>/ ${Q(t)}</i></span>
                <span class="gap"></span>
                ${this.choices(e)}
                <button type="button" class="round" aria-label=${this.isMuted ? e.unmute : e.mute} @click=${() => this.video.muted = !this.video.muted}>${this.isMuted ? hn : mn}</button>
                <button type="button" class="round" aria-label=${e.full} @click=${() => this.full()}>${gn}</button>
            </div>`;
	}
	choices(e) {
		let t = [...this.video.textTracks];
		return w`
            ${t.length ? w`<label><span class="unseen">${e.subtitles}</span><select title=${e.subtitles} @change=${(e) => t.forEach((t, n) => t.mode = Number(e.target.value) === n ? "showing" : "disabled")}><option value="-1">${e.subtitles}: ${e.off}</option>${t.map((e, t) => w`<option value=${t}>${e.label}</option>`)}</select></label>` : D}
            <label><span class="unseen">${e.speed}</span><select title=${e.speed} @change=${(e) => this.video.playbackRate = Number(e.target.value)}>${sn.map((e) => w`<option value=${e} ?selected=${e === 1}>${e}×</option>`)}</select></label>`;
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
var $ = (e) => w`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${e}</svg>`, un = $(T`<path class="solid" d="M6 3.500v13l11-6.500z"/>`), dn = $(T`<path class="solid" d="M5 3.500h3.500v13H5zM11.500 3.500H15v13h-3.500z"/>`), fn = $(T`<path d="M5 4v12"/><path class="solid" d="M15.500 4.500v11L7.500 10z"/>`), pn = $(T`<path d="M15 4v12"/><path class="solid" d="M4.500 4.500v11l8-5.500z"/>`), mn = $(T`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="M13 7.500a3.500 3.500 0 0 1 0 5M15.500 5a7 7 0 0 1 0 10"/>`), hn = $(T`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="m13.500 8 4 4M17.500 8l-4 4"/>`), gn = $(T`<path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"/>`);
customElements.define("jebi-player", ln);
