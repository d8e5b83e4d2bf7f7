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
})(e) : e, { is: c, defineProperty: l, getOwnPropertyDescriptor: u, getOwnPropertyNames: d, getOwnPropertySymbols: ee, getPrototypeOf: te } = Object, f = globalThis, p = f.trustedTypes, m = p ? p.emptyScript : "", ne = f.reactiveElementPolyfillSupport, h = (e, t) => e, re = {
	toAttribute(e, t) {
		switch (t) {
			case Boolean:
				e = e ? m : null;
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
	converter: re,
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
		if (this.hasOwnProperty(h("elementProperties"))) return;
		let e = te(this);
		e.finalize(), e.l !== void 0 && (this.l = [...e.l]), this.elementProperties = new Map(e.elementProperties);
	}
	static finalize() {
		if (this.hasOwnProperty(h("finalized"))) return;
		if (this.finalized = !0, this._$Ei(), this.hasOwnProperty(h("properties"))) {
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
			let i = (n.converter?.toAttribute === void 0 ? re : n.converter).toAttribute(t, n.type);
			this._$Em = e, i == null ? this.removeAttribute(r) : this.setAttribute(r, i), this._$Em = null;
		}
	}
	_$AK(e, t) {
		let n = this.constructor, r = n._$Eh.get(e);
		if (r !== void 0 && this._$Em !== r) {
			let e = n.getPropertyOptions(r), i = typeof e.converter == "function" ? { fromAttribute: e.converter } : e.converter?.fromAttribute === void 0 ? re : e.converter;
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
g.elementStyles = [], g.shadowRootOptions = { mode: "open" }, g[h("elementProperties")] = /* @__PURE__ */ new Map(), g[h("finalized")] = /* @__PURE__ */ new Map(), ne?.({ ReactiveElement: g }), (f.reactiveElementVersions ??= []).push("2.1.2");
// node_modules/lit-html/lit-html.js
var oe = globalThis, se = (e) => e, _ = oe.trustedTypes, ce = _ ? _.createPolicy("lit-html", { createHTML: (e) => e }) : void 0, le = "$lit$", v = `lit$${Math.random().toFixed(9).slice(2)}$`, ue = "?" + v, de = `<${ue}>`, y = document, b = () => y.createComment(""), x = (e) => e === null || typeof e != "object" && typeof e != "function", fe = Array.isArray, pe = (e) => fe(e) || typeof e?.[Symbol.iterator] == "function", S = "[ 	\n\f\r]", C = /<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g, me = /-->/g, he = />/g, w = RegExp(`>|${S}(?:([^\\s"'>=/]+)(${S}*=${S}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`, "g"), ge = /'/g, _e = /"/g, ve = /^(?:script|style|textarea|title)$/i, ye = (e) => (t, ...n) => ({
	_$litType$: e,
	strings: t,
	values: n
}), T = ye(1), E = ye(2), D = Symbol.for("lit-noChange"), O = Symbol.for("lit-nothing"), be = /* @__PURE__ */ new WeakMap(), k = y.createTreeWalker(y, 129);
function xe(e, t) {
	if (!fe(e) || !e.hasOwnProperty("raw")) throw Error("invalid template strings array");
	return ce === void 0 ? t : ce.createHTML(t);
}
var Se = (e, t) => {
	let n = e.length - 1, r = [], i, a = t === 2 ? "<svg>" : t === 3 ? "<math>" : "", o = C;
	for (let t = 0; t < n; t++) {
		let n = e[t], s, c, l = -1, u = 0;
		for (; u < n.length && (o.lastIndex = u, c = o.exec(n), c !== null);) u = o.lastIndex, o === C ? c[1] === "!--" ? o = me : c[1] === void 0 ? c[2] === void 0 ? c[3] !== void 0 && (o = w) : (ve.test(c[2]) && (i = RegExp("</" + c[2], "g")), o = w) : o = he : o === w ? c[0] === ">" ? (o = i ?? C, l = -1) : c[1] === void 0 ? l = -2 : (l = o.lastIndex - c[2].length, s = c[1], o = c[3] === void 0 ? w : c[3] === "\"" ? _e : ge) : o === _e || o === ge ? o = w : o === me || o === he ? o = C : (o = w, i = void 0);
		let d = o === w && e[t + 1].startsWith("/>") ? " " : "";
		a += o === C ? n + de : l >= 0 ? (r.push(s), n.slice(0, l) + le + n.slice(l) + v + d) : n + v + (l === -2 ? t : d);
	}
	return [xe(e, a + (e[n] || "<?>") + (t === 2 ? "</svg>" : t === 3 ? "</math>" : "")), r];
}, Ce = class e {
	constructor({ strings: t, _$litType$: n }, r) {
		let i;
		this.parts = [];
		let a = 0, o = 0, s = t.length - 1, c = this.parts, [l, u] = Se(t, n);
		if (this.el = e.createElement(l, r), k.currentNode = this.el.content, n === 2 || n === 3) {
			let e = this.el.content.firstChild;
			e.replaceWith(...e.childNodes);
		}
		for (; (i = k.nextNode()) !== null && c.length < s;) {
			if (i.nodeType === 1) {
				if (i.hasAttributes()) for (let e of i.getAttributeNames()) if (e.endsWith(le)) {
					let t = u[o++], n = i.getAttribute(e).split(v), r = /([.?@])?(.*)/.exec(t);
					c.push({
						type: 1,
						index: a,
						name: r[2],
						strings: n,
						ctor: r[1] === "." ? Ee : r[1] === "?" ? De : r[1] === "@" ? Oe : j
					}), i.removeAttribute(e);
				} else e.startsWith(v) && (c.push({
					type: 6,
					index: a
				}), i.removeAttribute(e));
				if (ve.test(i.tagName)) {
					let e = i.textContent.split(v), t = e.length - 1;
					if (t > 0) {
						i.textContent = _ ? _.emptyScript : "";
						for (let n = 0; n < t; n++) i.append(e[n], b()), k.nextNode(), c.push({
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
	if (t === D) return t;
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
		k.currentNode = r;
		let i = k.nextNode(), a = 0, o = 0, s = n[0];
		for (; s !== void 0;) {
			if (a === s.index) {
				let t;
				s.type === 2 ? t = new Te(i, i.nextSibling, this, e) : s.type === 1 ? t = new s.ctor(i, s.name, s.strings, this, e) : s.type === 6 && (t = new ke(i, this, e)), this._$AV.push(t), s = n[++o];
			}
			a !== s?.index && (i = k.nextNode(), a++);
		}
		return k.currentNode = y, r;
	}
	p(e) {
		let t = 0;
		for (let n of this._$AV) n !== void 0 && (n.strings === void 0 ? n._$AI(e[t]) : (n._$AI(e, n, t), t += n.strings.length - 2)), t++;
	}
}, Te = class e {
	get _$AU() {
		return this._$AM?._$AU ?? this._$Cv;
	}
	constructor(e, t, n, r) {
		this.type = 2, this._$AH = O, this._$AN = void 0, this._$AA = e, this._$AB = t, this._$AM = n, this.options = r, this._$Cv = r?.isConnected ?? !0;
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
		e = A(this, e, t), x(e) ? e === O || e == null || e === "" ? (this._$AH !== O && this._$AR(), this._$AH = O) : e !== this._$AH && e !== D && this._(e) : e._$litType$ === void 0 ? e.nodeType === void 0 ? pe(e) ? this.k(e) : this._(e) : this.T(e) : this.$(e);
	}
	O(e) {
		return this._$AA.parentNode.insertBefore(e, this._$AB);
	}
	T(e) {
		this._$AH !== e && (this._$AR(), this._$AH = this.O(e));
	}
	_(e) {
		this._$AH !== O && x(this._$AH) ? this._$AA.nextSibling.data = e : this.T(y.createTextNode(e)), this._$AH = e;
	}
	$(e) {
		let { values: t, _$litType$: n } = e, r = typeof n == "number" ? this._$AC(e) : (n.el === void 0 && (n.el = Ce.createElement(xe(n.h, n.h[0]), this.options)), n);
		if (this._$AH?._$AD === r) this._$AH.p(t);
		else {
			let e = new we(r, this), n = e.u(this.options);
			e.p(t), this.T(n), this._$AH = e;
		}
	}
	_$AC(e) {
		let t = be.get(e.strings);
		return t === void 0 && be.set(e.strings, t = new Ce(e)), t;
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
}, j = class {
	get tagName() {
		return this.element.tagName;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	constructor(e, t, n, r, i) {
		this.type = 1, this._$AH = O, this._$AN = void 0, this.element = e, this.name = t, this._$AM = r, this.options = i, n.length > 2 || n[0] !== "" || n[1] !== "" ? (this._$AH = Array(n.length - 1).fill(/* @__PURE__ */ new String()), this.strings = n) : this._$AH = O;
	}
	_$AI(e, t = this, n, r) {
		let i = this.strings, a = !1;
		if (i === void 0) e = A(this, e, t, 0), a = !x(e) || e !== this._$AH && e !== D, a && (this._$AH = e);
		else {
			let r = e, o, s;
			for (e = i[0], o = 0; o < i.length - 1; o++) s = A(this, r[n + o], t, o), s === D && (s = this._$AH[o]), a ||= !x(s) || s !== this._$AH[o], s === O ? e = O : e !== O && (e += (s ?? "") + i[o + 1]), this._$AH[o] = s;
		}
		a && !r && this.j(e);
	}
	j(e) {
		e === O ? this.element.removeAttribute(this.name) : this.element.setAttribute(this.name, e ?? "");
	}
}, Ee = class extends j {
	constructor() {
		super(...arguments), this.type = 3;
	}
	j(e) {
		this.element[this.name] = e === O ? void 0 : e;
	}
}, De = class extends j {
	constructor() {
		super(...arguments), this.type = 4;
	}
	j(e) {
		this.element.toggleAttribute(this.name, !!e && e !== O);
	}
}, Oe = class extends j {
	constructor(e, t, n, r, i) {
		super(e, t, n, r, i), this.type = 5;
	}
	_$AI(e, t = this) {
		if ((e = A(this, e, t, 0) ?? O) === D) return;
		let n = this._$AH, r = e === O && n !== O || e.capture !== n.capture || e.once !== n.once || e.passive !== n.passive, i = e !== O && (n === O || r);
		r && this.element.removeEventListener(this.name, this, n), i && this.element.addEventListener(this.name, this, e), this._$AH = e;
	}
	handleEvent(e) {
		typeof this._$AH == "function" ? this._$AH.call(this.options?.host ?? this.element, e) : this._$AH.handleEvent(e);
	}
}, ke = class {
	constructor(e, t, n) {
		this.element = e, this.type = 6, this._$AN = void 0, this._$AM = t, this.options = n;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	_$AI(e) {
		A(this, e);
	}
}, Ae = oe.litHtmlPolyfillSupport;
Ae?.(Ce, Te), (oe.litHtmlVersions ??= []).push("3.3.3");
var je = (e, t, n) => {
	let r = n?.renderBefore ?? t, i = r._$litPart$;
	if (i === void 0) {
		let e = n?.renderBefore ?? null;
		r._$litPart$ = i = new Te(t.insertBefore(b(), e), e, void 0, n ?? {});
	}
	return i._$AI(e), i;
}, Me = globalThis, M = class extends g {
	constructor() {
		super(...arguments), this.renderOptions = { host: this }, this._$Do = void 0;
	}
	createRenderRoot() {
		let e = super.createRenderRoot();
		return this.renderOptions.renderBefore ??= e.firstChild, e;
	}
	update(e) {
		let t = this.render();
		this.hasUpdated || (this.renderOptions.isConnected = this.isConnected), super.update(e), this._$Do = je(t, this.renderRoot, this.renderOptions);
	}
	connectedCallback() {
		super.connectedCallback(), this._$Do?.setConnected(!0);
	}
	disconnectedCallback() {
		super.disconnectedCallback(), this._$Do?.setConnected(!1);
	}
	render() {
		return D;
	}
};
M._$litElement$ = !0, M.finalized = !0, Me.litElementHydrateSupport?.({ LitElement: M });
var Ne = Me.litElementPolyfillSupport;
Ne?.({ LitElement: M }), (Me.litElementVersions ??= []).push("4.2.2");
// src/member_key.ts
var Pe = "jebi member key 1", Fe = 6e5, Ie = 1e7, Le = 4096, N = { name: "Ed25519" }, Re = 1, ze = "format name nonce public rounds salt sealed", Be = 64, P = class extends Error {
	constructor(e) {
		super(e), this.why = e;
	}
};
async function Ve() {
	try {
		return await crypto.subtle.generateKey(N, !1, ["sign", "verify"]), !0;
	} catch {
		return !1;
	}
}
async function He(e, t, n, r) {
	if (e.size > Le) throw new P("not_file");
	let i = await We(await e.arrayBuffer());
	if (i.name !== n) throw new P("whose");
	let a = await Ge(i, t);
	try {
		let e = await crypto.subtle.importKey("pkcs8", a, N, !1, ["sign"]), t = new Uint8Array(await crypto.subtle.sign(N, e, F(r)));
		await qe(i, r, t);
		let n = I(Qe(await Xe(i.name, Je(i)), t));
		return `${r}\n\u2014 ${i.name} ${n}\n`;
	} finally {
		new Uint8Array(a).fill(0);
	}
}
async function Ue(e, t) {
	let n = await crypto.subtle.generateKey(N, !0, ["sign", "verify"]), r = new Uint8Array(await crypto.subtle.exportKey("raw", n.publicKey)), i = await crypto.subtle.exportKey("pkcs8", n.privateKey), a = await Ye(e, r), o = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)), s = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(12)), c = await Ke(t, o, Fe, "encrypt"), l = await crypto.subtle.encrypt({
		name: "AES-GCM",
		iv: s,
		additionalData: F(a)
	}, c, i);
	new Uint8Array(i).fill(0);
	let u = {
		format: Pe,
		name: e,
		nonce: I(s),
		public: a,
		rounds: Fe,
		salt: I(o),
		sealed: I(new Uint8Array(l))
	};
	return {
		file: JSON.stringify(u),
		verifier: a
	};
}
async function We(e) {
	let t, n;
	try {
		n = new TextDecoder("utf-8", {
			fatal: !0,
			ignoreBOM: !0
		}).decode(e).replace(/\n$/, ""), t = JSON.parse(n);
	} catch {
		throw new P("not_file");
	}
	if (typeof t != "object" || !t || Object.keys(t).join(" ") !== ze || JSON.stringify(t) !== n) throw new P("not_file");
	let r = t, i = [
		r.name,
		r.nonce,
		r.public,
		r.salt,
		r.sealed
	];
	if (!(r.format === Pe && i.every((e) => typeof e == "string") && Number.isInteger(r.rounds)) || r.rounds < Fe || r.rounds > Ie) throw new P("not_file");
	let a = t;
	if (a.public !== await Ye(a.name, Je(a))) throw new P("not_file");
	return a;
}
async function Ge(e, t) {
	let [n, r, i] = [
		L(e.nonce),
		L(e.salt),
		L(e.sealed)
	];
	if (n.length !== 12 || r.length !== 16 || i.length !== Be) throw new P("not_file");
	let a = await Ke(t, r, e.rounds, "decrypt");
	try {
		return await crypto.subtle.decrypt({
			name: "AES-GCM",
			iv: n,
			additionalData: F(e.public)
		}, a, i);
	} catch {
		throw new P("wrong");
	}
}
async function Ke(e, t, n, r) {
	let i = await crypto.subtle.importKey("raw", F(e.normalize("NFKC")), "PBKDF2", !1, ["deriveKey"]);
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
async function qe(e, t, n) {
	let r = await crypto.subtle.importKey("raw", Je(e), N, !1, ["verify"]);
	if (!await crypto.subtle.verify(N, r, n, F(t))) throw new P("not_file");
}
function Je(e) {
	let t = L(e.public.slice(e.name.length + 1 + 8 + 1));
	if (t.length !== 33 || t[0] !== Re) throw new P("not_file");
	return t.slice(1);
}
async function Ye(e, t) {
	return `${e}+${Ze(await Xe(e, t))}+${I(Qe(Uint8Array.of(Re), t))}`;
}
async function Xe(e, t) {
	let n = await crypto.subtle.digest("SHA-256", Qe(F(`${e}\n`), Uint8Array.of(Re), t));
	return new Uint8Array(n).slice(0, 4);
}
var F = (e) => new TextEncoder().encode(e), Ze = (e) => [...e].map((e) => e.toString(16).padStart(2, "0")).join(""), I = (e) => btoa(String.fromCharCode(...e));
function L(e) {
	let t;
	try {
		t = Uint8Array.from(atob(e), (e) => e.charCodeAt(0));
	} catch {
		throw new P("not_file");
	}
	if (I(t) !== e) throw new P("not_file");
	return t;
}
function Qe(...e) {
	let t = new Uint8Array(e.reduce((e, t) => e + t.length, 0)), n = 0;
	for (let r of e) t.set(r, n), n += r.length;
	return t;
}
// src/clear.ts
var $e = class extends M {
	createRenderRoot() {
		let e = document.createElement("div");
		return e.hidden = !0, Ve().then((t) => {
			t && (this.querySelector(".notice")?.remove(), e.hidden = !1);
		}), this.appendChild(e);
	}
	input(e) {
		let t = this.querySelector(`input[name=${e}]`);
		if (!t) throw Error("the island was not drawn");
		return t;
	}
	alert(e) {
		return e ? T`<p class="alert" role="alert">${e}</p>` : O;
	}
}, et = class extends $e {
	constructor(...e) {
		super(...e), this.sign = async (e) => {
			e.preventDefault();
			let [t, n] = [this.input("key").files?.[0], this.input("passphrase")];
			if (!t || this.isBusy) return;
			let r = n.value;
			n.value = "", this.said = void 0, this.isBusy = !0;
			try {
				this.send(await He(t, r, this.name, this.statement));
			} catch (e) {
				this.said = this.words[e instanceof P ? e.why : "unable"];
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
		return T`<form class="stack" @submit=${this.sign}>
            <label>${this.words.file} <input type="file" name="key" accept=".json,application/json" required></label>
            <label>${this.words.passphrase} <input type="password" name="passphrase" required maxlength="1024" autocomplete="off"></label>
            <p class="hint">${this.words.stays}</p>
            ${this.alert(this.said)}
            <p class="hint" role="status">${this.isBusy ? this.words.signing : O}</p>
            <button class="primary" ?disabled=${this.isBusy}>${this.words.now}</button>
        </form>`;
	}
}, tt = class extends $e {
	constructor(...e) {
		super(...e), this.make = async (e) => {
			e.preventDefault();
			let [t, n] = [this.input("first"), this.input("again")], [r, i] = [t.value, n.value];
			if (t.value = n.value = "", this.said = r.length < this.least ? this.words.short : r === i ? void 0 : this.words.differ, !this.said) try {
				let { file: e, verifier: t } = await Ue(this.name, r);
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
		return this.done ? T`<p class="notice" role="status">${this.words.saved}</p>
                <p class="row"><a class="button primary" href=${this.done.address} download=${this.file}>${this.words.save}</a></p>
                <h3 id="vkey">${this.words.public}</h3><p class="vkey secret" lang="zxx" translate="no" aria-labelledby="vkey">${this.done.verifier}</p>` : T`<form class="stack" @submit=${this.make}>
            <label>${this.words.passphrase} <input type="password" name="first" required maxlength="1024" autocomplete="off" aria-describedby="key-help"></label>
            <p class="hint" id="key-help">${this.words.help}</p>
            <label>${this.words.again} <input type="password" name="again" required maxlength="1024" autocomplete="off"></label>
            ${this.alert(this.said)}
            <button>${this.words.make}</button>
        </form>`;
	}
};
customElements.define("jebi-key-signer", et), customElements.define("jebi-key-maker", tt);
// src/editor_desk.ts
async function nt(e) {
	let t = await fetch(e, { redirect: "error" });
	if (!t.ok) throw Error(await R(t));
	return await t.json();
}
var rt = class extends Error {};
async function it(e, t, n) {
	let r = new FormData();
	r.append("form_token", await at()), r.append("based", String(t)), r.append("plan", await ot(n), "plan.json.gz");
	let i = await fetch(e, {
		method: "POST",
		body: r
	});
	if (!i.ok || !i.redirected) throw Error(await R(i));
	return i.url;
}
async function at() {
	let e = await fetch(location.href), t = e.ok ? st(await e.clone().text()).querySelector("jebi-editor")?.getAttribute("token") : null;
	if (t) return t;
	throw e.ok && e.redirected ? new rt() : Error(await R(e));
}
function ot(e) {
	return new Response(new Blob([e]).stream().pipeThrough(new CompressionStream("gzip"))).blob();
}
async function R(e) {
	let t = st(await e.text());
	return t.querySelector("main .alert")?.textContent ?? t.querySelector("h1")?.textContent ?? String(e.status);
}
function st(e) {
	return new DOMParser().parseFromString(e, "text/html");
}
// src/editor_plan.ts
var z = 1e4, ct = 1e6, lt = 2e6;
function ut(e) {
	let t = 0, n = e.sources.map(({ covers: e, open: n, lines: r, ...i }) => ({
		...i,
		held: [...e.map((e, t) => ({
			...e,
			id: t,
			isOpen: !1
		})), ...n.map((e, t) => ({
			kind: "face",
			style: "solid",
			keys: e,
			id: ct + t,
			isOpen: !0
		}))],
		lines: r.map(([e, n, r, i]) => ({
			id: t++,
			from: e,
			to: n,
			language: r,
			text: i,
			isTouched: !1
		}))
	}));
	return {
		...e,
		sources: n,
		given: e.about
	};
}
function dt(e) {
	return e.sources.flatMap((e) => e.held).reduce((e, t) => Math.max(e, t.id + 1), lt);
}
function ft({ given: e, ...t }) {
	let { title: n, summary: r, why: i, places: a, themes: o, filmed: s } = t.about, c = {
		title: mt(n, e.title),
		summary: mt(r, e.summary),
		why: mt(i, e.why),
		places: a === e.places ? a : ht(a),
		themes: o === e.themes ? o : ht(o),
		filmed: s.trim()
	}, l = t.sources.map(({ held: e, sounds: t, lines: n, ...r }) => ({
		...r,
		covers: e.filter((e) => !e.isOpen).map(({ kind: e, style: t, keys: n }) => ({
			kind: e,
			style: t,
			keys: n
		})),
		open: e.filter((e) => e.isOpen).map((e) => e.keys),
		sounds: [...t].sort((e, t) => e[0] - t[0]),
		lines: n.map(pt).filter(([, , , e]) => e)
	}));
	return _t({
		...t,
		about: c,
		sources: l
	});
}
var pt = (e) => [
	e.from,
	e.to,
	e.language,
	e.isTouched ? B(e.text) : e.text
];
function mt(e, t) {
	let n = Object.entries(e).map(([e, n]) => [e, n === t[e] ? n : gt(n).trim()]);
	return Object.fromEntries(n.filter(([, e]) => e));
}
function ht(e) {
	return [...new Set(e.map((e) => gt(e).trim()).filter(Boolean))];
}
function gt(e) {
	return e.normalize("NFC").replace(/\r\n?|\p{Zl}|\p{Zp}/gu, "\n").replace(/[\p{Zs}\t]/gu, " ").replace(/[^\P{C}\n]/gu, "");
}
function B(e) {
	return gt(e).split("\n").map((e) => e.trim().replace(/ +/g, " ")).filter(Boolean).join("\n");
}
function _t(e) {
	return Array.isArray(e) ? `[${e.map(_t).join(",")}]` : typeof e != "object" || !e ? JSON.stringify(e) : `{${Object.entries(e).sort(([e], [t]) => e < t ? -1 : 1).map(([e, t]) => `${JSON.stringify(e)}:${_t(t)}`).join(",")}}`;
}
function vt(e) {
	let t = e.trim().split(":");
	return t.length > 3 || !t.every((e) => /^\d{1,6}(\.\d{1,3})?$/.test(e)) ? null : Math.round(t.reduce((e, t) => e * 60 + Number(t), 0) * 1e3);
}
function V(e) {
	let t = Math.floor(Math.max(0, e) / 1e3), n = Math.max(0, e) % 1e3, [r, i, a] = [
		Math.floor(t / 3600),
		Math.floor(t / 60) % 60,
		String(t % 60).padStart(2, "0")
	], o = n ? `.${String(Math.round(n)).padStart(3, "0").replace(/0+$/, "")}` : "";
	return (r ? `${r}:${String(i).padStart(2, "0")}:${a}` : `${i}:${a}`) + o;
}
function H(e, t) {
	return (e ?? "").replace(/\{(\w+)\}/g, (e, n) => String(t[n] ?? e));
}
// src/editor_lines.ts
var yt = 2e3, bt = [
	"ko",
	"ja",
	"en"
], xt = 17, St = 7, Ct = /[\n -~]/, wt = /^[^\n:：]{1,40}(?::\s|：)/, Tt = /<\/?[A-Za-z0-9][^<>]*>|\{\\[^{}]*\}|-->/;
function U(e, t, n) {
	let r = (e) => [...n(e)].sort((e, t) => e.from - t.from);
	return {
		...e,
		sources: e.sources.map((e, n) => n === t ? {
			...e,
			lines: r(e.lines)
		} : e)
	};
}
function Et(e) {
	return e.sources.flatMap((e) => e.lines).reduce((e, t) => Math.max(e, t.id + 1), 0);
}
function Dt(e, t, n, r, i) {
	return {
		id: t,
		from: n,
		to: e.filter((e) => e.language === i && e.from > n).map((e) => e.from).reduce((e, t) => Math.min(e, t), Math.min(Math.max(r, n + 1), n + yt)),
		language: i,
		text: "",
		isTouched: !0
	};
}
function Ot(e, t, n) {
	let r = (e) => JSON.stringify([
		e.from,
		e.to,
		e.language,
		B(e.text)
	]), i = new Set(e.map(r));
	return t.lines.map(([e, r, i], a) => ({
		id: n + a,
		from: e,
		to: r,
		language: t.language,
		text: i,
		isTouched: !0
	})).filter((e) => !i.has(r(e)));
}
function kt(e) {
	let t = Pt(e), n = e.map((e) => [e.id, At(e, t.has(e.id))]);
	return new Map(n.filter(([, e]) => e.length));
}
function At(e, t) {
	let n = B(e.text);
	return [
		["line_empty", !n],
		["line_ends", e.from >= e.to],
		["line_fast", e.from < e.to && Mt(e) > jt(e.language)],
		["line_overlap", t],
		["line_speaker", wt.test(n)],
		["line_markup", Tt.test(n)]
	].filter(([, e]) => e).map(([e]) => e);
}
function jt(e) {
	return Nt(e) ? St : xt;
}
function Mt(e) {
	let t = [...B(e.text)];
	return (Nt(e.language) ? t.reduce((e, t) => e + (Ct.test(t) ? .5 : 1), 0) : t.length) * 1e3 / Math.max(1, e.to - e.from);
}
var Nt = (e) => [
	"ko",
	"ja",
	"zh"
].includes(e.split("-")[0]);
function Pt(e) {
	let [t, n] = [/* @__PURE__ */ new Set(), /* @__PURE__ */ new Map()];
	for (let r of [...e].filter((e) => e.from < e.to).sort((e, t) => e.from - t.from)) {
		let e = n.get(r.language);
		e && r.from < e.to && t.add(e.id).add(r.id), (!e || r.to > e.to) && n.set(r.language, r);
	}
	return t;
}
function Ft(e) {
	return [.../* @__PURE__ */ new Set([...bt, ...e.sources.flatMap((e) => e.lines.map((e) => e.language))])];
}
function It(e) {
	let t = new Set(e.sources.flatMap((e) => e.lines.map((e) => e.language)));
	return [.../* @__PURE__ */ new Set([...bt.filter((e) => t.has(e)), e.voice])].filter(Boolean);
}
function Lt(e) {
	return e.voice ? e.sources.flatMap(({ sounds: t, lines: n }, r) => {
		let i = n.filter((t) => t.language === e.voice);
		return t.filter(([, , e]) => e !== "surroundings").flatMap(([e, t]) => i.filter((n) => n.from < t && e < n.to).slice(0, 1)).map((e) => [r, e.from]);
	}) : [];
}
// src/editor_sounds.ts
var Rt = 5e3;
function zt(e, t, n) {
	let r = e.findIndex(([e, n]) => e < t && t < n), [i, a, o] = e[r] ?? [
		t,
		0,
		"surroundings"
	];
	if (r >= 0) return [
		...e.slice(0, r),
		[
			i,
			t,
			o
		],
		[
			t,
			a,
			o
		],
		...e.slice(r + 1)
	];
	if (e.some(([e]) => e === t)) return e;
	let s = [
		t,
		e.reduce((e, [n]) => n > t ? Math.min(e, n) : e, Math.min(Math.max(n, t + 1), t + Rt)),
		"surroundings"
	], c = e.findIndex(([e]) => e > t);
	return c < 0 ? [...e, s] : [
		...e.slice(0, c),
		s,
		...e.slice(c)
	];
}
function Bt(e, t) {
	let [n, r] = e;
	return n >= r ? "stretch_ends" : t.some((t) => t !== e && n < t[1] && t[0] < r) ? "stretch_overlaps" : null;
}
// src/editor_forms.ts
var Vt = [
	"ko",
	"ja",
	"en"
], Ht = [
	"surroundings",
	"disguised",
	"plain"
];
function W(e, t, n) {
	return T`<label>${e} <input class="digits" inputmode="decimal" .value=${V(t)} maxlength="15" @change=${(e) => {
		let r = e.target, i = vt(r.value);
		r.value = V(i ?? t), i !== null && i !== t && n(i);
	}}></label>`;
}
var G = (e, t, n) => e.map((e, r) => r === t ? n : e), Ut = (e, t) => e.filter((e, n) => n !== t), Wt = (e, t) => (e.length > 1 ? `${t + 1}. ` : "") + (e[t]?.name ?? "");
function Gt(e, t, n) {
	return T`<select @change=${(e) => n(Number(e.target.value))}>${e.map((n, r) => T`<option value=${r} .selected=${r === t}>${Wt(e, r)}</option>`)}</select>`;
}
function Kt(e) {
	let { words: t, draft: n, beside: r, source: i, now: a, edit: o } = e, s = (e, t) => o((n) => ({
		...n,
		parts: G(n.parts, e, t)
	})), c = (e) => o((t) => {
		let [n, r] = [t.parts[e - 1], t.parts[e]];
		return n && r ? {
			...t,
			parts: G(G(t.parts, e - 1, r), e, n)
		} : t;
	}), l = (e) => r[e]?.length ?? 0, u = (e, [t, , n]) => s(e, [
		t,
		Math.min(a(), l(t) - 1),
		Math.max(n, Math.min(a() + 1, l(t)))
	]), d = (e, [t, n]) => {
		let r = Math.max(1, Math.min(a(), l(t)));
		s(e, [
			t,
			Math.min(n, r - 1),
			r
		]);
	}, ee = (e, t, [, n, r]) => s(e, r <= l(t) ? [
		t,
		n,
		r
	] : [
		t,
		0,
		l(t)
	]), te = (e) => o((t) => ({
		...t,
		parts: Ut(t.parts, e)
	}));
	return T`<ol class="stretches">${n.parts.map((a, o) => {
		let [f, p, m] = a;
		return T`<li class="row">
        ${r.length > 1 ? T`<label>${t.source} ${Gt(r, f, (e) => ee(o, e, a))}</label>` : O}
        ${W(t.from, p, (e) => s(o, [
			f,
			e,
			m
		]))} ${W(t.to, m, (e) => s(o, [
			f,
			p,
			e
		]))}
        <span class="actions">${f === i ? T`<button type="button" class="quiet" @click=${() => u(o, a)}>${t.first_frame}</button>
        <button type="button" class="quiet" @click=${() => d(o, a)}>${t.last_frame}</button>` : O}
        <button type="button" class="quiet" @click=${() => e.watch(f, p)}>${t.watch}</button>
        ${o ? T`<button type="button" class="quiet" @click=${() => c(o)}>${t.up}</button>` : O}
        ${n.parts.length > 1 ? T`<button type="button" class="quiet" @click=${() => te(o)}>${t.remove}</button>` : O}</span>
        ${p >= m ? K(t.stretch_ends) : m > l(f) ? K(t.part_beyond) : O}</li>`;
	})}
    </ol><button type="button" @click=${() => o((e) => ({
		...e,
		parts: [...e.parts, [
			i,
			0,
			l(i)
		]]
	}))}>${t.add_part}</button>`;
}
var K = (e) => T`<p class="alert small">${e}</p>`;
function qt(e) {
	let { words: t, draft: n, source: r, edit: i } = e, a = n.sources[r]?.sounds ?? [], o = (e) => i((t) => Jt(t, r, e));
	return T`<p class="hint">${t.sounds_help}</p>
        <ol class="stretches">${a.map((n, i) => {
		let [s, c, l] = n, u = Bt(n, a);
		return T`<li class="row">
            ${W(t.from, s, (e) => o(G(a, i, [
			e,
			c,
			l
		])))} ${W(t.to, c, (e) => o(G(a, i, [
			s,
			e,
			l
		])))}
            <label>${t.how} <select @change=${(e) => o(G(a, i, [
			s,
			c,
			e.target.value
		]))}>${Ht.map((e) => T`<option value=${e} .selected=${e === l}>${t[e]}</option>`)}</select></label>
            <span class="actions"><button type="button" class="quiet" @click=${() => e.watch(r, s)}>${t.watch}</button>
            <button type="button" class="quiet" @click=${() => o(Ut(a, i))}>${t.silent}</button></span>
            ${u ? K(t[u]) : O} ${K(t[`${l}_why`])}</li>`;
	})}
        </ol><button type="button" @click=${e.hear}>${t.add_sound} <kbd>h</kbd></button>`;
}
function Jt(e, t, n) {
	return {
		...e,
		sources: e.sources.map((e, r) => r === t ? {
			...e,
			sounds: n
		} : e)
	};
}
function Yt({ words: e, draft: t, beside: n, edit: r, watch: i }) {
	let a = Lt(t);
	return T`<label>${e.voice} <select @change=${(e) => r((t) => ({
		...t,
		voice: e.target.value
	}))}><option value="" .selected=${!t.voice}>${e.voice_none}</option>
            ${It(t).map((n) => T`<option value=${n} .selected=${n === t.voice}>${e[`language_${n}`] ?? n}</option>`)}</select></label>
        <p class="hint">${e.voice_help}</p>
        ${a.length ? T`${K(e.voice_under)}<p class="actions">${a.slice(0, 10).map(([e, t]) => T`<button type="button" class="quiet" @click=${() => i(e, t)}>${n.length > 1 ? `${e + 1}. ` : ""}${V(t)}</button>`)}</p>` : O}`;
}
function Xt({ words: e, draft: t, edit: n }) {
	let { about: r } = t, i = (e, t) => n((e) => ({
		...e,
		about: {
			...e.about,
			...t
		}
	}), e), a = [.../* @__PURE__ */ new Set([...Vt, ...[
		r.title,
		r.summary,
		r.why
	].flatMap(Object.keys)])], o = (e, t) => (n) => i(`${e} ${t}`, { [e]: {
		...r[e],
		[t]: n.target.value
	} }), s = (e) => (t) => i(e, { [e]: t.target.value.split("\n") });
	return T`<div class="texts">${a.map((t) => T`<fieldset class="stack"><legend>${e[`language_${t}`] ?? t}</legend>
            <label>${e.title} <input lang=${t} maxlength="4000" .value=${r.title[t] ?? ""} @input=${o("title", t)}></label>
            <label>${e.summary} <textarea lang=${t} rows="2" maxlength="4000" .value=${r.summary[t] ?? ""} @input=${o("summary", t)}></textarea></label>
            <label>${e.why} <textarea lang=${t} rows="2" maxlength="4000" .value=${r.why[t] ?? ""} @input=${o("why", t)}></textarea></label></fieldset>`)}</div>
        <div class="row"><label>${e.places} <textarea rows="2" .value=${r.places.join("\n")} @input=${s("places")}></textarea></label>
            <label>${e.themes} <textarea rows="2" .value=${r.themes.join("\n")} @input=${s("themes")}></textarea></label>
            <label>${e.filmed} <input class="digits" maxlength="10" placeholder="2026-10" .value=${r.filmed} @input=${(e) => i("filmed", { filmed: e.target.value })}></label></div>`;
}
// src/editor_history.ts
var Zt = class {
	constructor() {
		this.done = [], this.undone = [], this.tag = "";
	}
	get canUndo() {
		return this.done.length > 0;
	}
	get canRedo() {
		return this.undone.length > 0;
	}
	before(e, t) {
		t && t === this.tag || (this.done = [...this.done, e].slice(-200)), this.tag = t, this.undone = [];
	}
	undo(e) {
		return this.turn(this.done, this.undone, e);
	}
	redo(e) {
		return this.turn(this.undone, this.done, e);
	}
	turn(e, t, n) {
		let r = e.pop();
		return r ? (t.push(n.source === r.source ? n : {
			...n,
			source: r.source,
			current: null,
			line: null
		}), this.tag = "", r) : null;
	}
}, Qt = class extends M {
	static {
		this.properties = {
			words: { type: Object },
			draft: { state: !0 },
			source: { state: !0 },
			current: { state: !0 },
			line: { state: !0 },
			moment: { state: !0 },
			language: { state: !0 },
			message: { state: !0 },
			problem: { state: !0 }
		};
	}
	constructor() {
		super(), this.beside = [], this.history = new Zt(), this.kept = "", this.keptDraft = null, Object.assign(this, {
			draft: null,
			source: 0,
			current: null,
			line: null,
			moment: -1,
			language: "ko",
			message: "",
			problem: ""
		});
	}
	createRenderRoot() {
		return this;
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
	get lines() {
		return this.draft?.sources[this.source]?.lines ?? [];
	}
	get here() {
		return this.beside[this.source];
	}
	get isChanged() {
		return this.draft !== null && this.draft !== this.keptDraft && ft(this.draft) !== this.kept;
	}
	edit(e, t = "") {
		if (!this.draft) return;
		let n = e(this.draft);
		n !== this.draft && (this.history.before(this.standing(this.draft), t), this.problem = "", this.draft = n);
	}
	standing(e) {
		return {
			draft: e,
			source: this.source,
			current: this.current,
			line: this.line
		};
	}
	undo() {
		this.draft && this.back(this.history.undo(this.standing(this.draft)));
	}
	redo() {
		this.draft && this.back(this.history.redo(this.standing(this.draft)));
	}
	back(e) {
		e && (e.source !== this.source && this.turn(e.source), this.draft = e.draft, this.current = this.held.some((t) => t.id === e.current) ? e.current : null, this.line = e.line);
	}
	turn(e) {
		this.source = e, this.current = null, this.line = null, this.moment = -1;
	}
	async watch(e, t) {
		e !== this.source && this.turn(e), await this.updateComplete, await this.stage?.updateComplete, this.stage?.video?.pause(), this.stage?.seek(t), this.toStage();
	}
	toStage() {
		this.querySelector("jebi-stage svg.over")?.focus();
	}
	async toFirst(...e) {
		await this.updateComplete, e.map((e) => this.querySelector(e)).find((e) => e !== null)?.focus();
	}
	speak(e) {
		this.language = e;
	}
	chooseLine(e) {
		let t = document.activeElement?.closest(".lines") ?? null;
		this.line = e;
		let n = this.lines.find((t) => t.id === e);
		n && this.stage?.seek(n.from), t && this.toFirst(".lines [aria-pressed=true]");
	}
	addLine() {
		if (!this.draft) return;
		let e = Dt(this.lines, Et(this.draft), this.now, this.here.length, this.language);
		this.edit((t) => U(t, this.source, (t) => [...t, e])), this.line = e.id, this.message = H(this.words.line_added, {
			from: V(e.from),
			to: V(e.to)
		}), this.toFirst("[data-line]");
	}
	changeLine(e, t) {
		let n = this.line;
		this.edit((t) => U(t, this.source, (t) => t.map((t) => t.id === n ? e(t) : t)), t);
	}
	dropLine() {
		let e = this.lines.findIndex((e) => e.id === this.line);
		if (e < 0) return;
		let t = this.lines[e + 1] ?? this.lines[e - 1];
		this.edit((t) => U(t, this.source, (t) => t.filter((t, n) => n !== e))), this.line = t?.id ?? null, this.message = this.words.line_dropped ?? "", this.toFirst(".lines [aria-pressed=true]", "[data-add-line]");
	}
	takeOver(e) {
		if (!this.draft) return;
		let t = Ot(this.lines, e, Et(this.draft));
		t.length && (this.edit((e) => U(e, this.source, (e) => [...e, ...t])), this.line = t[0]?.id ?? null, this.language = e.language, this.message = H(this.words.lines_taken, { count: t.length }), this.toFirst(".lines [aria-pressed=true]"));
	}
	hear() {
		let e = this.draft?.sources[this.source]?.sounds ?? [], t = zt(e, this.now, this.here.length);
		t !== e && (this.edit((e) => Jt(e, this.source, t)), this.message = this.words.stretch_made ?? "");
	}
}, $t = .3, en = [
	2,
	.6,
	7
], tn = 50, nn = (e) => e.keys[0], rn = (e) => e.keys.at(-1), q = (e) => nn(e)[0], J = (e) => rn(e)[0];
function Y(e, t) {
	if (t < q(e) || t > J(e)) return null;
	let n = e.keys.findIndex((e) => e[0] >= t), r = e.keys[n], i = e.keys[Math.max(0, n - 1)], a = r[0] > i[0] ? (t - i[0]) / (r[0] - i[0]) : 0, [o, s, c, l] = an(i).map((e, t) => e + a * (an(r)[t] - e));
	return mn(o, s, c, l);
}
var an = ([, e, t, n, r]) => [
	e,
	t,
	e + n,
	t + r
];
function X([e, t, n, r]) {
	let [i, a] = [n, r].map((e) => Math.round(Math.min(z, Math.max(tn, e))));
	return [
		Math.round(Math.min(z - i, Math.max(0, e))),
		Math.round(Math.min(z - a, Math.max(0, t))),
		i,
		a
	];
}
function on(e, t, n) {
	let r = [...e.keys.filter((e) => e[0] !== t), [t, ...X(n)]];
	return {
		...e,
		keys: r.sort((e, t) => e[0] - t[0])
	};
}
function sn(e, t) {
	let n = e.keys.map((e) => Math.abs(e[0] - t));
	return n.indexOf(Math.min(...n));
}
function cn(e, t) {
	let n = sn(e, t);
	return e.keys.length > 1 ? {
		...e,
		keys: e.keys.filter((e, t) => t !== n)
	} : e;
}
function ln(e, t) {
	let n = Math.max(0, t - 50);
	if (n > J(e)) return e;
	let r = Y(e, n) ?? nn(e).slice(1);
	return {
		...e,
		keys: [[n, ...r], ...e.keys.filter((e) => e[0] > n)]
	};
}
function un(e, t, n) {
	let r = Math.min(Math.max(n, J(e)), t + 50);
	if (r < q(e)) return e;
	let i = Y(e, r) ?? rn(e).slice(1);
	return {
		...e,
		keys: [...e.keys.filter((e) => e[0] < r), [r, ...i]]
	};
}
function dn(e, t) {
	let n = [...new Set([...e.keys, ...t.keys].map((e) => e[0]))].sort((e, t) => e - t).map((n) => {
		let r = [Y(e, n), Y(t, n)].filter((e) => e !== null), [i, a] = [Math.min(...r.map((e) => e[0])), Math.min(...r.map((e) => e[1]))], o = Math.max(...r.map((e) => e[0] + e[2])), s = Math.max(...r.map((e) => e[1] + e[3]));
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
function fn(e, t) {
	return Math.max(q(e) - J(t), q(t) - J(e));
}
function pn(e) {
	let [t, n, r] = en, i = e.keys.map(([e, i, a, o, s]) => {
		let [c, l] = [o / 1.6, s / 1.6], [u, d] = [i + o / 2, a + $t * l], [ee, te] = [Math.max(0, u - (t + .5) * c), Math.min(z, u + (t + .5) * c)], [f, p] = [Math.max(0, d - n * l), Math.min(z, d + (1 + r) * l)];
		return [e, ...mn(ee, f, te, p)];
	});
	return {
		...e,
		kind: "figure",
		keys: i
	};
}
function mn(e, t, n, r) {
	let [i, a] = [Math.floor(e), Math.floor(t)];
	return [
		i,
		a,
		Math.max(1, Math.ceil(n) - i),
		Math.max(1, Math.ceil(r) - a)
	];
}
function hn(e, t, n, r) {
	let i = X(n), [a, o] = [Math.max(0, t - 500), Math.min(Math.max(r, t + 50), t + 500)];
	return {
		id: e,
		isOpen: !1,
		kind: "hand",
		style: "solid",
		keys: [[a, ...i], [o, ...i]]
	};
}
function Z(e, t, n) {
	return {
		...e,
		sources: e.sources.map((e, r) => r === t ? {
			...e,
			held: n(e.held)
		} : e)
	};
}
function gn(e, t) {
	let n = /* @__PURE__ */ new Map();
	t.forEach((e, t) => {
		e.cover !== null && !n.has(e.cover) && n.set(e.cover, t);
	});
	let r = (e) => e.id >= lt, i = (e) => r(e) ? -1 : n.get(e.id) ?? (e.isOpen ? 2e9 : 1e9);
	return [...e].sort((e, t) => i(e) - i(t) || q(e) - q(t));
}
function _n(e) {
	return e.keys ? Y({
		id: -1,
		isOpen: !1,
		kind: "face",
		style: "solid",
		keys: e.keys
	}, e.at) : null;
}
function vn(e, t) {
	let n = _n(e);
	if (!n) return !1;
	let [r, i] = [n[0] + n[2] / 2, n[1] + n[3] / 2];
	return t.some((t) => {
		let n = Y(t, e.at);
		return n !== null && n[0] <= r && r <= n[0] + n[2] && n[1] <= i && i <= n[1] + n[3];
	});
}
// src/editor_side.ts
var yn = 300, bn = 12;
function xn(e, t, n, r, i, a) {
	return t.searched ? t.concerns.length ? T`
        <p class="faint">${H(e.worst_count, {
		seen: n.size,
		count: t.concerns.length,
		total: t.total
	})}</p>
        <ol class="worst">${t.concerns.map((t, o) => T`
            <li><button type="button" class="moment ${n.has(o) ? "is-seen" : ""}" aria-current=${o === i ? "true" : O} @click=${() => a.look(o)}>
                <span class="at">${V(t.at - t.at % 100)}</span> <span>${Sn(e, t)}</span></button>
                ${t.keys && !vn(t, r) ? T`<button type="button" class="quiet" @click=${() => a.coverFace(t)}>${e.cover_face}</button>` : O}</li>`)}
        </ol>` : T`<p class="faint">${e.nobody}</p>` : T`<p class="notice small">${e.not_searched}</p>`;
}
function Sn(e, t) {
	let n = t.why === "gap" || t.why === "empty" ? (t.amount / 1e3).toFixed(1) : t.why === "short" ? t.amount : Math.round(t.amount / 10);
	return H(e[t.why], { amount: n });
}
function Cn(e, t) {
	return `${t.isOpen ? e.opened : e[t.kind]} ${V(q(t))} – ${V(J(t))}`;
}
function wn(e, t, n, r) {
	let i = n.filter((e) => e.id !== t.id && e.isOpen === t.isOpen).sort((e, n) => fn(t, e) - fn(t, n)).slice(0, bn), a = (n) => T`<button type="button" aria-pressed=${t.style === n ? "true" : "false"} @click=${() => r.change((e) => ({
		...e,
		style: n
	}))}>${e[n]}</button>`;
	return T`
        <p><b>${Cn(e, t)}</b></p>
        ${t.isOpen ? O : T`<div class="choice" role="group" aria-label=${e.style}>${a("solid")}${a("mosaic")}</div>`}
        <div class="actions">
            <button type="button" class="quiet" @click=${r.begin}>${e.extend} <kbd>[</kbd></button>
            <button type="button" class="quiet" @click=${r.end}>${e.shorten} <kbd>]</kbd></button>
            <button type="button" class="quiet" ?disabled=${t.keys.length < 2} @click=${r.removeKey}>${e.remove_key}</button>
            ${t.kind === "figure" || t.isOpen ? O : T`<button type="button" class="quiet" @click=${r.figure}>${e.whole_figure} <kbd>f</kbd></button>`}
            <button type="button" class="quiet" @click=${r.leaveOpen}>${t.isOpen ? e.reset : e.leave} <kbd>o</kbd></button>
            <button type="button" class="quiet" @click=${r.drop}>${e.delete} <kbd>⌫</kbd></button>
        </div>
        ${i.length ? T`<div class="row"><label>${e.join_what}<select data-join>${i.map((t) => T`<option value=${t.id}>${Cn(e, t)}</option>`)}</select></label>
            <button type="button" @click=${(e) => r.join(Number(e.currentTarget.parentElement.querySelector("select").value))}>${e.join}</button></div>` : O}`;
}
function Tn(e, t, n, r, i, a) {
	let o = gn(t, n).filter((e, t) => t < yn || e.id === i), s = (t) => {
		let r = n.find((e) => e.cover === t.id);
		return r ? Sn(e, r) : "";
	};
	return T`<ol class="lanes" aria-label=${e.timeline} @keydown=${Dn}>
        ${o.map((t, o) => T`<li><button type="button" class="lane ${t.isOpen ? "is-open" : ""}" aria-pressed=${t.id === i ? "true" : "false"}
            tabindex=${t.id === i || i === null && o === 0 ? 0 : -1} title=${s(t)} @click=${() => a.choose(t.id)}>
            <span>${e[t.isOpen ? "opened" : t.kind]} <span class="figure">${V(q(t) - q(t) % 100)}</span></span>
            ${En(t, n.filter((e) => e.cover === t.id), r)}</button></li>`)}
    </ol>`;
}
function En(e, t, n) {
	let r = (e) => e / Math.max(1, n) * 1e3, i = Math.max(3, r(J(e) - q(e)));
	return E`<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="span" x=${r(q(e))} y="1" width=${i} height="8"></rect>
        ${e.keys.length < 60 ? e.keys.map((e) => E`<rect class="key" x=${r(e[0])} y="1" width="1" height="8"></rect>`) : O}
        ${t.map((e) => E`<rect class="mark" x=${r(e.at) - 1.5} y="0" width="3" height="10"></rect>`)}</svg>`;
}
function Dn(e) {
	let t = {
		ArrowDown: 1,
		ArrowUp: -1
	}[e.key];
	if (!t || e.ctrlKey || e.metaKey || e.altKey) return;
	let n = [...e.currentTarget.querySelectorAll("button")], r = n[n.indexOf(e.target) + t];
	e.preventDefault(), e.stopPropagation(), r?.focus(), r?.click();
}
// src/editor_said.ts
var On = 300;
function kn(e, t, n, r) {
	let { words: i, draft: a, beside: o, source: s } = e, c = a.sources[s]?.lines ?? [], l = c.find((e) => e.id === t), u = kt(c);
	return T`<p class="hint">${i.lines_help}</p>
        <div class="row"><label>${i.lines_language} ${An(e, n, (e) => r.speak(e))}</label>
            <button type="button" data-add-line @click=${() => r.addLine()}>${i.add_line} <kbd>t</kbd></button>
            ${(o[s]?.said ?? []).map((e) => Mn(i, c, e, r))}</div>
        ${o.length > 1 ? T`<h3>${Wt(o, s)}</h3>` : O}
        ${u.size ? T`<p class="warned">${H(i.lines_troubled, { count: u.size })}</p>` : O}
        ${c.length ? Nn(i, c, u, t, r) : T`<p class="faint">${i.no_lines}</p>`}
        ${l ? Fn(e, l, u.get(l.id) ?? [], r) : O}`;
}
function An({ words: e, draft: t }, n, r) {
	return T`<select @change=${(e) => r(e.target.value)}>${[.../* @__PURE__ */ new Set([...Ft(t), n])].map((t) => T`<option value=${t} .selected=${t === n}>${jn(e, t)}</option>`)}</select>`;
}
var jn = (e, t) => e[`language_${t}`] ?? t;
function Mn(e, t, n, r) {
	let i = Ot(t, n, 0).length, a = {
		language: jn(e, n.language),
		by: n.by.join(", "),
		count: i,
		left: n.left
	};
	return T`<button type="button" ?disabled=${!i} @click=${() => r.takeOver(n)}>${H(n.translation ? e.take_translation : e.take_transcript, a)}${n.left ? ` ${H(e.take_left, a)}` : ""}</button>`;
}
function Nn(e, t, n, r, i) {
	let a = t.findIndex((e) => e.id === r), o = Math.max(0, Math.min(a - On / 2, t.length - On));
	return T`<ol class="lanes lines" aria-label=${e.lines} @keydown=${Dn}>${t.slice(o, o + On).map((t, s) => {
		let c = n.get(t.id);
		return T`<li><button type="button" class="lane" aria-pressed=${t.id === r ? "true" : "false"} tabindex=${s === Math.max(0, a - o) ? 0 : -1} @click=${() => i.chooseLine(t.id)}>
            <span><span class="figure">${V(t.from)}</span> ${jn(e, t.language)}</span>
            <span class="line">${c ? T`<span class="warned"><span aria-hidden="true">▲</span> <span class="unseen">${Pn(e, t, c)}</span></span>` : O}<span lang=${t.language}>${t.text}</span></span></button></li>`;
	})}</ol>`;
}
function Pn(e, t, n) {
	let r = {
		amount: Math.round(Mt(t)),
		most: jt(t.language)
	};
	return n.map((t) => H(e[t], r)).join(" ");
}
function Fn(e, t, n, r) {
	let { words: i, source: a, now: o } = e, s = (e, t) => r.changeLine((t) => ({
		...t,
		...e
	}), t);
	return T`<div class="chosen-line" role="group" aria-label=${i.line}>
        <label>${i.line_text} <textarea data-line rows="2" maxlength="4000" lang=${t.language} aria-describedby="line-troubles" .value=${t.text} @input=${(e) => s({
		text: e.target.value,
		isTouched: !0
	}, `line ${t.id}`)}></textarea></label>
        <div id="line-troubles" aria-live="polite">${n.length ? T`<p class="alert small">${Pn(i, t, n)}</p>` : O}</div>
        <div class="row"><label>${i.line_language} ${An(e, t.language, (e) => s({ language: e }))}</label>
            ${W(i.from, t.from, (e) => s({ from: e }))} ${W(i.to, t.to, (e) => s({ to: e }))}
            <span class="actions"><button type="button" class="quiet" @click=${() => s({
		from: o(),
		to: Math.max(t.to, o() + 1)
	})}>${i.first_frame}</button>
            <button type="button" class="quiet" @click=${() => s({
		from: Math.min(t.from, Math.max(0, o() - 1)),
		to: Math.max(1, o())
	})}>${i.last_frame}</button>
            <button type="button" class="quiet" @click=${() => e.watch(a, t.from)}>${i.watch}</button>
            <button type="button" class="quiet" @click=${() => r.dropLine()}>${i.delete}</button></span></div></div>`;
}
// src/editor_stage.ts
var In = 50, Ln = 60, Rn = 150, zn = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1]
}, Bn = class extends M {
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
			] : i ? Hn(t, i, c, l) : X([
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
			e.id === null ? t > Ln && n > Ln && this.say("drawn", e.now) : this.say("changed", {
				id: e.id,
				box: e.now,
				tag: e.tag
			});
		}, this.pressed = (e) => {
			let t = zn[e.key], n = this.chosen === null ? null : this.boxOf(this.chosen);
			if (!t || !n || e.ctrlKey || e.metaKey || e.altKey) return;
			e.preventDefault(), e.stopPropagation();
			let [r, i] = [t[0] * In, t[1] * In], a = e.shiftKey ? [
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
				box: X(a),
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
		let { left: t, top: n, width: r, height: i } = this.querySelector("svg.over").getBoundingClientRect(), [a, o] = [(e.clientX - t) / r * z, (e.clientY - n) / i * z];
		return [Math.min(z, Math.max(0, a)), Math.min(z, Math.max(0, o))];
	}
	boxOf(e) {
		let t = this.held.find((t) => t.id === e);
		return t ? Y(t, this.now) : null;
	}
	willUpdate(e) {
		e.has("src") && Object.assign(this, {
			at: 0,
			drag: null,
			isBroken: !1
		});
	}
	updated() {
		this.style.setProperty("--ratio", String(this.ratio));
	}
	render() {
		let e = this.words;
		return T`
            <div class="over-box">
                <video src=${this.src} preload="auto" playsinline disableremoteplayback disablepictureinpicture @loadedmetadata=${() => this.measured()}
                    @play=${this.tick} @pause=${this.tick} @seeked=${this.tick} @error=${() => this.isBroken = !0}></video>
                <svg class="over ${this.isClear ? "is-clear" : ""}" viewBox="0 0 ${z} ${z}" preserveAspectRatio="none" tabindex="0" role="application" aria-label=${e.help}
                    @pointerdown=${this.down} @pointermove=${this.move} @pointerup=${this.up} @pointercancel=${() => this.drag = null} @keydown=${this.pressed}>
                    ${this.held.map((e) => this.drawn(e))}
                    ${this.ghost ? Vn(this.ghost, "ghost", null) : O}
                    ${this.drag && this.drag.id === null ? Vn(this.drag.now, "new", null) : O}
                </svg>
            </div>
            ${this.isBroken ? T`<p class="alert" role="alert">${e.no_viewing}</p>` : O}`;
	}
	drawn(e) {
		let t = this.drag?.id === e.id && this.drag ? this.drag.now : Y(e, this.at);
		if (!t) return O;
		let n = e.id === this.chosen, r = Vn(t, `${e.isOpen ? "open" : e.style}${n ? " is-chosen" : ""}`, e.id);
		return n ? E`${r}${this.grips(t)}` : r;
	}
	grips([e, t, n, r]) {
		let [i, a] = [Rn, Rn * this.ratio];
		return [
			0,
			.5,
			1
		].flatMap((o) => [
			0,
			.5,
			1
		].filter((e) => o !== .5 || e !== .5).map((s) => E`<rect class="grip" data-grip="${o} ${s}" x=${e + o * n - i / 2} y=${t + s * r - a / 2} width=${i} height=${a}></rect>`));
	}
};
function Vn([e, t, n, r], i, a) {
	return E`<rect class=${i} data-id=${a ?? O} x=${e} y=${t} width=${n} height=${r}></rect>`;
}
function Hn([e, t, n, r], [i, a], o, s) {
	let [c, l] = [e + (i === 0 ? o : 0), e + n + (i === 1 ? o : 0)], [u, d] = [t + (a === 0 ? s : 0), t + r + (a === 1 ? s : 0)];
	return X([
		Math.min(c, l),
		Math.min(u, d),
		Math.abs(l - c),
		Math.abs(d - u)
	]);
}
customElements.define("jebi-stage", Bn);
// src/keys.ts
var Un = !1;
function Wn(e) {
	let t = e.target;
	return e.ctrlKey || e.metaKey || e.altKey ? !0 : t instanceof HTMLElement && (t.isContentEditable || t.closest("input:not([type=range]), textarea, select") !== null);
}
function Gn(e) {
	if (e.key === "Escape" && Kn(), Wn(e) || document.querySelector("dialog[open]")) return;
	let t = Un;
	if (Un = e.key === "g", e.key === "/") {
		let t = document.querySelector("#q") ?? document.querySelector("[data-search]");
		if (!t) return;
		e.preventDefault(), t.focus(), t.select();
	} else e.key === "?" ? (e.preventDefault(), document.querySelector("#help")?.showModal()) : t && e.key === "a" && document.querySelector("nav a[href=\"/archive\"]") && location.assign("/archive");
}
function Kn() {
	for (let e of document.querySelectorAll("details.me[open]")) e.open = !1, e.querySelector("summary")?.focus();
}
document.addEventListener("keydown", Gn), document.addEventListener("click", (e) => {
	for (let t of document.querySelectorAll("details.me[open]")) e.target instanceof Node && !t.contains(e.target) && (t.open = !1);
});
// src/editor.ts
var qn = 40, Jn = [
	z * .45,
	z * .35,
	z * .1,
	z * .18
], Yn = class extends Qt {
	static {
		this.properties = {
			src: {},
			isSaving: { state: !0 },
			isClear: { state: !0 }
		};
	}
	constructor() {
		super(), this.based = 0, this.looked = /* @__PURE__ */ new Map(), this.leaving = (e) => {
			this.isChanged && e.preventDefault();
		}, this.pressed = (e) => {
			if (!this.draft || this.isSaving || document.querySelector("dialog[open]")) return;
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
			if (Wn(e)) return;
			let t = e.target instanceof Element && e.target.closest("button, summary, a") !== null, n = e.target instanceof Element && e.target.closest(".lines") !== null, r = this.moves(n)[e.key];
			!r || e.key === " " && t || (e.preventDefault(), r());
		}, Object.assign(this, {
			isSaving: !1,
			isClear: !1
		});
	}
	connectedCallback() {
		super.connectedCallback(), document.addEventListener("keydown", this.pressed), window.addEventListener("beforeunload", this.leaving), this.load();
	}
	disconnectedCallback() {
		super.disconnectedCallback(), document.removeEventListener("keydown", this.pressed), window.removeEventListener("beforeunload", this.leaving);
	}
	async load() {
		try {
			let e = await nt(this.src);
			this.beside = e.sources, this.based = e.based, this.draft = ut(e.plan), this.keep(this.draft);
			let t = this.draft.sources.flatMap((e) => e.lines)[0] ?? this.beside.flatMap((e) => e.said)[0];
			this.language = t?.language ?? this.language;
		} catch (e) {
			this.problem = this.sentence(e);
		}
	}
	keep(e) {
		this.keptDraft = e, this.kept = ft(e);
	}
	sentence(e) {
		return e instanceof rt ? this.words.signed_out ?? "" : e instanceof Error && !(e instanceof TypeError) ? e.message : this.words.unsaved ?? "";
	}
	get one() {
		return this.held.find((e) => e.id === this.current);
	}
	change(e, t) {
		this.edit((t) => Z(t, this.source, (t) => t.map((t) => t.id === this.current ? e(t) : t)), t);
	}
	add(e, t) {
		if (!this.draft) return;
		let n = e(dt(this.draft));
		this.edit((e) => Z(e, this.source, (e) => [...e, n])), this.current = n.id, this.message = t ?? "", this.toStage();
	}
	draw(e) {
		this.add((t) => hn(t, this.now, e, this.here.length), this.words.drawn);
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
		t && !Y(t, this.now) && this.stage?.seek(q(t));
	}
	look(e) {
		let t = this.here.concerns[e];
		if (!t) return;
		this.moment = e;
		let n = this.looked.get(this.source) ?? /* @__PURE__ */ new Set();
		this.looked.set(this.source, n.add(e)), this.stage?.video?.pause(), this.stage?.seek(t.at), this.current = t.cover !== null && this.held.some((e) => e.id === t.cover) ? t.cover : null, this.message = `${V(t.at)} ${Sn(this.words, t)}`, this.toStage();
	}
	begin() {
		this.change((e) => ln(e, this.now));
	}
	end() {
		this.change((e) => un(e, this.now, this.here.length));
	}
	removeKey() {
		this.change((e) => cn(e, this.now));
	}
	figure() {
		this.change((e) => e.isOpen ? e : pn(e));
	}
	drop() {
		let e = this.current;
		this.edit((t) => Z(t, this.source, (t) => t.filter((t) => t.id !== e))), this.current = null;
	}
	join(e) {
		let t = this.held.find((t) => t.id === e);
		if (!t) return;
		let n = this.current;
		this.edit((r) => Z(r, this.source, (r) => r.filter((t) => t.id !== e).map((e) => e.id === n ? dn(e, t) : e)));
	}
	leaveOpen() {
		if (this.one) {
			if (this.one.isOpen) this.change((e) => ({
				...e,
				isOpen: !1
			}));
			else {
				let e = this.querySelector("dialog");
				e && (e.returnValue = ""), e?.showModal();
			}
		}
	}
	confirmed() {
		this.change((e) => ({
			...e,
			isOpen: !0
		}));
	}
	moves(e) {
		let t = (e) => () => this.stage?.seek(Math.max(0, this.now + e)), n = {
			Delete: () => this.dropLine(),
			Backspace: () => this.dropLine()
		};
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
			...e ? n : {},
			t: () => this.addLine(),
			h: () => this.hear(),
			n: () => this.look(this.moment + 1),
			p: () => this.look(this.moment - 1),
			d: () => this.draw(Jn),
			v: () => this.isClear = !this.isClear,
			" ": () => this.stage?.toggle(),
			k: () => this.stage?.toggle(),
			j: t(-1e3),
			l: t(1e3),
			",": t(-40),
			".": t(qn)
		};
	}
	async save() {
		if (!this.draft || this.isSaving) return;
		this.settle();
		let [e, t] = [this.draft, document.activeElement];
		this.isSaving = this.inert = !0;
		try {
			let t = await it(this.src, this.based, ft(e));
			this.keep(e), location.assign(t);
			return;
		} catch (e) {
			this.problem = this.sentence(e);
		}
		this.isSaving = this.inert = !1, t instanceof HTMLElement && t.focus();
	}
	settle() {
		let e = document.activeElement;
		e instanceof HTMLInputElement && this.contains(e) && (e.blur(), e.focus());
	}
	timed(e) {
		this.style.setProperty("--at", String(e / Math.max(1, this.here.length)));
		let t = this.querySelector("[data-clock]");
		t && (t.textContent = V(e - e % 10));
		let n = this.querySelector(".seek");
		n && (n.value = String(e)), this.subtitle(e);
	}
	subtitle(e) {
		let t = this.querySelector("[data-subtitle]");
		t && (t.textContent = this.lines.filter((t) => t.from <= e && e < t.to).map((e) => e.text).join(" / "));
	}
	updated() {
		this.draft && this.subtitle(this.now);
	}
	render() {
		let { words: e, draft: t } = this, n = this.problem ? T`<p class="alert" role="alert">${this.problem}</p>` : O;
		return t ? T`
            ${this.bar()}${n}
            <div class="watch">
                <div class="stage">${this.shown()}
                    <section class="card" aria-labelledby="timeline"><h2 id="timeline">${e.timeline} <span class="faint">${this.held.length}</span></h2>
                        <p class="hint">${e.tracks_help}</p>${Tn(e, this.held, this.here.concerns, this.here.length, this.current, this)}</section>
                </div>
                <aside class="said">
                    <section aria-labelledby="selected"><h2 id="selected">${e.selected}</h2>${this.one ? wn(e, this.one, this.held, this) : T`<p class="faint">${e.none}</p>`}
                        <div class="actions"><button type="button" @click=${() => this.draw(Jn)}>${e.draw} <kbd>d</kbd></button></div></section>
                    <section aria-labelledby="worst"><div class="parcel-head"><h2 id="worst">${e.worst}</h2><button type="button" @click=${() => this.look(this.moment + 1)}>${e.next} <kbd>n</kbd></button></div>
                        ${xn(e, this.here, this.looked.get(this.source) ?? /* @__PURE__ */ new Set(), this.held, this.moment, this)}</section>
                </aside>
            </div>
            ${this.forms(t)}
            <dialog aria-labelledby="leave-open" @close=${(e) => e.target.returnValue === "open" && this.confirmed()}>
                <h2 id="leave-open">${e.leave}</h2><p>${e.confirm_open}</p>
                <form method="dialog" class="actions"><button value="covered" class="primary" autofocus>${e.reset}</button><button value="open" class="quiet">${e.leave}</button></form>
            </dialog>` : this.problem ? n : T`<p class="faint">${e.loading}</p>`;
	}
	forms(e) {
		let { words: t, beside: n, source: r } = this, i = {
			words: t,
			draft: e,
			beside: n,
			source: r,
			now: () => this.now,
			edit: (e, t) => this.edit(e, t),
			watch: (e, t) => void this.watch(e, t),
			hear: () => this.hear()
		};
		return T`<div class="editing">
            <section class="card" aria-labelledby="parts"><h2 id="parts">${t.parts}</h2>${Kt(i)}</section>
            <section class="card" aria-labelledby="sounds"><h2 id="sounds">${t.sounds}</h2>${qt(i)}</section>
            <section class="card wide" aria-labelledby="lines"><h2 id="lines">${t.lines}</h2>${kn(i, this.line, this.language, this)}
                ${Yt(i)}</section>
            <section class="card wide" aria-labelledby="texts"><h2 id="texts">${t.texts}</h2>${Xt(i)}</section>
        </div>`;
	}
	bar() {
		let { words: e } = this, t = this.isSaving ? e.saving : this.isChanged ? e.changed : e.applied;
		return T`<div class="edit-bar">
            ${this.beside.length > 1 ? T`<label class="plain">${e.source} ${Gt(this.beside, this.source, (e) => this.turn(e))}</label>` : O}
            <button type="button" class="quiet" ?disabled=${!this.history.canUndo} @click=${() => this.undo()}>${e.undo}</button>
            <button type="button" class="quiet" ?disabled=${!this.history.canRedo} @click=${() => this.redo()}>${e.redo}</button>
            <span class="gap"></span><span class="faint">${t}</span>
            <button type="button" class="primary" ?disabled=${this.isSaving || !this.isChanged} @click=${() => void this.save()}>${e.save}</button></div>
            <p class="unseen" role="status">${this.message}</p>`;
	}
	shown() {
		let { words: e, here: t } = this;
		if (!t.viewing) return T`<p class="notice">${e.no_viewing}</p>`;
		let n = this.here.concerns[this.moment], r = n && !vn(n, this.held) ? _n(n) : null;
		return T`<jebi-stage src="/clips/${t.clip}/media/viewing" .held=${this.held} .chosen=${this.current} .ghost=${r} .words=${e} .isClear=${this.isClear}
                @drawn=${(e) => this.draw(e.detail)} @chosen=${(e) => this.current = e.detail}
                @changed=${(e) => this.change((t) => on(t, this.now, e.detail.box), e.detail.tag)}
                @timed=${(e) => this.timed(e.detail)}></jebi-stage>
            <p class="subtitle" data-subtitle></p>
            <div class="controls">
                <button type="button" class="quiet" @click=${() => this.stage?.toggle()}>${e.play} <kbd>k</kbd></button>
                <button type="button" class="quiet" @click=${() => this.stage?.seek(Math.max(0, this.now - qn))}>${e.earlier} <kbd>,</kbd></button>
                <button type="button" class="quiet" @click=${() => this.stage?.seek(this.now + qn)}>${e.later} <kbd>.</kbd></button>
                <span class="clock"><span data-clock>0:00</span> <i>/ ${V(t.length)}</i></span><span class="gap"></span>
                <button type="button" class="quiet" aria-pressed=${this.isClear ? "true" : "false"} @click=${() => this.isClear = !this.isClear}>${e.covers} <kbd>v</kbd></button>
            </div>
            <input type="range" class="seek" min="0" max=${t.length} step="20" value="0" aria-label=${e.key} @input=${(e) => this.stage?.seek(Number(e.target.value))}>
            <p class="hint">${e.help} ${e.keys_moved}</p>`;
	}
};
customElements.define("jebi-editor", Yn);
// src/grid.ts
var Xn = {
	ArrowRight: (e) => e + 1,
	ArrowLeft: (e) => e - 1,
	ArrowDown: (e, t) => e + t,
	ArrowUp: (e, t) => e - t,
	Home: () => 0,
	End: (e, t, n) => n
}, Zn = class extends HTMLElement {
	constructor(...e) {
		super(...e), this.pressed = (e) => {
			let t = Xn[e.key], n = this.links, r = n.indexOf(document.activeElement);
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
customElements.define("jebi-grid", Zn);
// src/live.ts
var Qn = 500, $n = class extends M {
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
			window.clearTimeout(this.timer), this.timer = window.setTimeout(() => void this.changed(), Qn);
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
		if (!this.drawn || this.drawn.contains(document.activeElement) || er(this.drawn)) return;
		let e = await fetch(location.href, {
			headers: { "x-jebi-live": "1" },
			redirect: "error"
		});
		if (!e.ok) return;
		let t = new DOMParser().parseFromString(await e.text(), "text/html").querySelector("[data-live]");
		t && this.drawn.replaceChildren(...t.childNodes);
	}
	render() {
		return this.isOffered ? T`<p class="notice" role="status"><a href=${location.pathname + location.search}>${this.offer}</a></p>` : O;
	}
};
function er(e) {
	let t = [...e.querySelectorAll("input, textarea")], n = [...e.querySelectorAll("select")];
	return t.some((e) => e.value !== e.defaultValue || "checked" in e && e.checked !== e.defaultChecked) || n.some((e) => e.selectedIndex !== Math.max(0, [...e.options].findIndex((e) => e.defaultSelected)));
}
customElements.define("jebi-live", $n);
// src/player.ts
var tr = [
	.25,
	.5,
	1,
	1.5,
	2
], nr = 1 / 30, rr = class extends M {
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
			if (Wn(e) || document.querySelector("dialog[open]")) return;
			let t = e.target instanceof Element ? e.target : document.body, n = t.closest("button, summary, a") !== null, r = {
				k: () => this.toggle(),
				j: () => this.seek(this.video.currentTime - 10),
				l: () => this.seek(this.video.currentTime + 10),
				"[": () => this.shot(-1),
				"]": () => this.shot(1),
				",": () => this.seek(this.video.currentTime - nr),
				".": () => this.seek(this.video.currentTime + nr),
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
		if (this.isBroken) return T`<p class="alert" role="alert">${e.broken}</p>`;
		let t = this.length;
		return T`
            <div class="track">
                <canvas aria-hidden="true"></canvas><span class="playhead" aria-hidden="true"></span>
                <input type="range" min="0" max=${t} step="0.1" .value=${String(this.at)} aria-label=${e.seek} aria-valuetext="${Q(this.at)} / ${Q(t)}"
                    @input=${(e) => this.seek(Number(e.target.value))}>
            </div>
            <div class="controls">
                <button type="button" class="primary round" aria-label=${this.isPlaying ? e.pause : e.play} @click=${() => this.toggle()}>${this.isPlaying ? ar : ir}</button>
                <button type="button" class="round" aria-label=${e.previous} title="${e.previous} [" @click=${() => this.shot(-1)}>${or}</button>
                <button type="button" class="round" aria-label=${e.next} title="${e.next} ]" @click=${() => this.shot(1)}>${sr}</button>
                <span class="clock">${Q(this.at)} <i>/ ${Q(t)}</i></span>
                <span class="gap"></span>
                ${this.choices(e)}
                <button type="button" class="round" aria-label=${this.isMuted ? e.unmute : e.mute} @click=${() => this.video.muted = !this.video.muted}>${this.isMuted ? lr : cr}</button>
                <button type="button" class="round" aria-label=${e.full} @click=${() => this.full()}>${ur}</button>
            </div>`;
	}
	choices(e) {
		let t = [...this.video.textTracks];
		return T`
            ${t.length ? T`<label><span class="unseen">${e.subtitles}</span><select title=${e.subtitles} @change=${(e) => t.forEach((t, n) => t.mode = Number(e.target.value) === n ? "showing" : "disabled")}><option value="-1">${e.subtitles}: ${e.off}</option>${t.map((e, t) => T`<option value=${t}>${e.label}</option>`)}</select></label>` : O}
            <label><span class="unseen">${e.speed}</span><select title=${e.speed} @change=${(e) => this.video.playbackRate = Number(e.target.value)}>${tr.map((e) => T`<option value=${e} ?selected=${e === 1}>${e}×</option>`)}</select></label>`;
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
var $ = (e) => T`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${e}</svg>`, ir = $(E`<path class="solid" d="M6 3.500v13l11-6.500z"/>`), ar = $(E`<path class="solid" d="M5 3.500h3.500v13H5zM11.500 3.500H15v13h-3.500z"/>`), or = $(E`<path d="M5 4v12"/><path class="solid" d="M15.500 4.500v11L7.500 10z"/>`), sr = $(E`<path d="M15 4v12"/><path class="solid" d="M4.500 4.500v11l8-5.500z"/>`), cr = $(E`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="M13 7.500a3.500 3.500 0 0 1 0 5M15.500 5a7 7 0 0 1 0 10"/>`), lr = $(E`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="m13.500 8 4 4M17.500 8l-4 4"/>`), ur = $(E`<path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"/>`);
customElements.define("jebi-player", rr);
