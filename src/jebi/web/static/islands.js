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
var g = globalThis, se = (e) => e, _ = g.trustedTypes, ce = _ ? _.createPolicy("lit-html", { createHTML: (e) => e }) : void 0, le = "$lit$", v = `lit$${Math.random().toFixed(9).slice(2)}$`, y = "?" + v, ue = `<${y}>`, b = document, x = () => b.createComment(""), S = (e) => e === null || typeof e != "object" && typeof e != "function", C = Array.isArray, de = (e) => C(e) || typeof e?.[Symbol.iterator] == "function", w = "[ 	\n\f\r]", T = /<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g, fe = /-->/g, pe = />/g, E = RegExp(`>|${w}(?:([^\\s"'>=/]+)(${w}*=${w}*(?:[^ \t\n\f\r"'\`<>=]|("|')|))|$)`, "g"), D = /'/g, O = /"/g, k = /^(?:script|style|textarea|title)$/i, A = (e) => (t, ...n) => ({
	_$litType$: e,
	strings: t,
	values: n
}), j = A(1), M = A(2), N = Symbol.for("lit-noChange"), P = Symbol.for("lit-nothing"), me = /* @__PURE__ */ new WeakMap(), F = b.createTreeWalker(b, 129);
function he(e, t) {
	if (!C(e) || !e.hasOwnProperty("raw")) throw Error("invalid template strings array");
	return ce === void 0 ? t : ce.createHTML(t);
}
var ge = (e, t) => {
	let n = e.length - 1, r = [], i, a = t === 2 ? "<svg>" : t === 3 ? "<math>" : "", o = T;
	for (let t = 0; t < n; t++) {
		let n = e[t], s, c, l = -1, u = 0;
		for (; u < n.length && (o.lastIndex = u, c = o.exec(n), c !== null);) u = o.lastIndex, o === T ? c[1] === "!--" ? o = fe : c[1] === void 0 ? c[2] === void 0 ? c[3] !== void 0 && (o = E) : (k.test(c[2]) && (i = RegExp("</" + c[2], "g")), o = E) : o = pe : o === E ? c[0] === ">" ? (o = i ?? T, l = -1) : c[1] === void 0 ? l = -2 : (l = o.lastIndex - c[2].length, s = c[1], o = c[3] === void 0 ? E : c[3] === "\"" ? O : D) : o === O || o === D ? o = E : o === fe || o === pe ? o = T : (o = E, i = void 0);
		let d = o === E && e[t + 1].startsWith("/>") ? " " : "";
		a += o === T ? n + ue : l >= 0 ? (r.push(s), n.slice(0, l) + le + n.slice(l) + v + d) : n + v + (l === -2 ? t : d);
	}
	return [he(e, a + (e[n] || "<?>") + (t === 2 ? "</svg>" : t === 3 ? "</math>" : "")), r];
}, I = class e {
	constructor({ strings: t, _$litType$: n }, r) {
		let i;
		this.parts = [];
		let a = 0, o = 0, s = t.length - 1, c = this.parts, [l, u] = ge(t, n);
		if (this.el = e.createElement(l, r), F.currentNode = this.el.content, n === 2 || n === 3) {
			let e = this.el.content.firstChild;
			e.replaceWith(...e.childNodes);
		}
		for (; (i = F.nextNode()) !== null && c.length < s;) {
			if (i.nodeType === 1) {
				if (i.hasAttributes()) for (let e of i.getAttributeNames()) if (e.endsWith(le)) {
					let t = u[o++], n = i.getAttribute(e).split(v), r = /([.?@])?(.*)/.exec(t);
					c.push({
						type: 1,
						index: a,
						name: r[2],
						strings: n,
						ctor: r[1] === "." ? ve : r[1] === "?" ? ye : r[1] === "@" ? be : z
					}), i.removeAttribute(e);
				} else e.startsWith(v) && (c.push({
					type: 6,
					index: a
				}), i.removeAttribute(e));
				if (k.test(i.tagName)) {
					let e = i.textContent.split(v), t = e.length - 1;
					if (t > 0) {
						i.textContent = _ ? _.emptyScript : "";
						for (let n = 0; n < t; n++) i.append(e[n], x()), F.nextNode(), c.push({
							type: 2,
							index: ++a
						});
						i.append(e[t], x());
					}
				}
			} else if (i.nodeType === 8) {
				if (i.data === y) c.push({
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
		let n = b.createElement("template");
		return n.innerHTML = e, n;
	}
};
function L(e, t, n = e, r) {
	if (t === N) return t;
	let i = r === void 0 ? n._$Cl : n._$Co?.[r], a = S(t) ? void 0 : t._$litDirective$;
	return i?.constructor !== a && (i?._$AO?.(!1), a === void 0 ? i = void 0 : (i = new a(e), i._$AT(e, n, r)), r === void 0 ? n._$Cl = i : (n._$Co ??= [])[r] = i), i !== void 0 && (t = L(e, i._$AS(e, t.values), i, r)), t;
}
var _e = class {
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
		F.currentNode = r;
		let i = F.nextNode(), a = 0, o = 0, s = n[0];
		for (; s !== void 0;) {
			if (a === s.index) {
				let t;
				s.type === 2 ? t = new R(i, i.nextSibling, this, e) : s.type === 1 ? t = new s.ctor(i, s.name, s.strings, this, e) : s.type === 6 && (t = new xe(i, this, e)), this._$AV.push(t), s = n[++o];
			}
			a !== s?.index && (i = F.nextNode(), a++);
		}
		return F.currentNode = b, r;
	}
	p(e) {
		let t = 0;
		for (let n of this._$AV) n !== void 0 && (n.strings === void 0 ? n._$AI(e[t]) : (n._$AI(e, n, t), t += n.strings.length - 2)), t++;
	}
}, R = class e {
	get _$AU() {
		return this._$AM?._$AU ?? this._$Cv;
	}
	constructor(e, t, n, r) {
		this.type = 2, this._$AH = P, this._$AN = void 0, this._$AA = e, this._$AB = t, this._$AM = n, this.options = r, this._$Cv = r?.isConnected ?? !0;
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
		e = L(this, e, t), S(e) ? e === P || e == null || e === "" ? (this._$AH !== P && this._$AR(), this._$AH = P) : e !== this._$AH && e !== N && this._(e) : e._$litType$ === void 0 ? e.nodeType === void 0 ? de(e) ? this.k(e) : this._(e) : this.T(e) : this.$(e);
	}
	O(e) {
		return this._$AA.parentNode.insertBefore(e, this._$AB);
	}
	T(e) {
		this._$AH !== e && (this._$AR(), this._$AH = this.O(e));
	}
	_(e) {
		this._$AH !== P && S(this._$AH) ? this._$AA.nextSibling.data = e : this.T(b.createTextNode(e)), this._$AH = e;
	}
	$(e) {
		let { values: t, _$litType$: n } = e, r = typeof n == "number" ? this._$AC(e) : (n.el === void 0 && (n.el = I.createElement(he(n.h, n.h[0]), this.options)), n);
		if (this._$AH?._$AD === r) this._$AH.p(t);
		else {
			let e = new _e(r, this), n = e.u(this.options);
			e.p(t), this.T(n), this._$AH = e;
		}
	}
	_$AC(e) {
		let t = me.get(e.strings);
		return t === void 0 && me.set(e.strings, t = new I(e)), t;
	}
	k(t) {
		C(this._$AH) || (this._$AH = [], this._$AR());
		let n = this._$AH, r, i = 0;
		for (let a of t) i === n.length ? n.push(r = new e(this.O(x()), this.O(x()), this, this.options)) : r = n[i], r._$AI(a), i++;
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
}, z = class {
	get tagName() {
		return this.element.tagName;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	constructor(e, t, n, r, i) {
		this.type = 1, this._$AH = P, this._$AN = void 0, this.element = e, this.name = t, this._$AM = r, this.options = i, n.length > 2 || n[0] !== "" || n[1] !== "" ? (this._$AH = Array(n.length - 1).fill(/* @__PURE__ */ new String()), this.strings = n) : this._$AH = P;
	}
	_$AI(e, t = this, n, r) {
		let i = this.strings, a = !1;
		if (i === void 0) e = L(this, e, t, 0), a = !S(e) || e !== this._$AH && e !== N, a && (this._$AH = e);
		else {
			let r = e, o, s;
			for (e = i[0], o = 0; o < i.length - 1; o++) s = L(this, r[n + o], t, o), s === N && (s = this._$AH[o]), a ||= !S(s) || s !== this._$AH[o], s === P ? e = P : e !== P && (e += (s ?? "") + i[o + 1]), this._$AH[o] = s;
		}
		a && !r && this.j(e);
	}
	j(e) {
		e === P ? this.element.removeAttribute(this.name) : this.element.setAttribute(this.name, e ?? "");
	}
}, ve = class extends z {
	constructor() {
		super(...arguments), this.type = 3;
	}
	j(e) {
		this.element[this.name] = e === P ? void 0 : e;
	}
}, ye = class extends z {
	constructor() {
		super(...arguments), this.type = 4;
	}
	j(e) {
		this.element.toggleAttribute(this.name, !!e && e !== P);
	}
}, be = class extends z {
	constructor(e, t, n, r, i) {
		super(e, t, n, r, i), this.type = 5;
	}
	_$AI(e, t = this) {
		if ((e = L(this, e, t, 0) ?? P) === N) return;
		let n = this._$AH, r = e === P && n !== P || e.capture !== n.capture || e.once !== n.once || e.passive !== n.passive, i = e !== P && (n === P || r);
		r && this.element.removeEventListener(this.name, this, n), i && this.element.addEventListener(this.name, this, e), this._$AH = e;
	}
	handleEvent(e) {
		typeof this._$AH == "function" ? this._$AH.call(this.options?.host ?? this.element, e) : this._$AH.handleEvent(e);
	}
}, xe = class {
	constructor(e, t, n) {
		this.element = e, this.type = 6, this._$AN = void 0, this._$AM = t, this.options = n;
	}
	get _$AU() {
		return this._$AM._$AU;
	}
	_$AI(e) {
		L(this, e);
	}
}, Se = g.litHtmlPolyfillSupport;
Se?.(I, R), (g.litHtmlVersions ??= []).push("3.3.3");
var Ce = (e, t, n) => {
	let r = n?.renderBefore ?? t, i = r._$litPart$;
	if (i === void 0) {
		let e = n?.renderBefore ?? null;
		r._$litPart$ = i = new R(t.insertBefore(x(), e), e, void 0, n ?? {});
	}
	return i._$AI(e), i;
}, B = globalThis, V = class extends h {
	constructor() {
		super(...arguments), this.renderOptions = { host: this }, this._$Do = void 0;
	}
	createRenderRoot() {
		let e = super.createRenderRoot();
		return this.renderOptions.renderBefore ??= e.firstChild, e;
	}
	update(e) {
		let t = this.render();
		this.hasUpdated || (this.renderOptions.isConnected = this.isConnected), super.update(e), this._$Do = Ce(t, this.renderRoot, this.renderOptions);
	}
	connectedCallback() {
		super.connectedCallback(), this._$Do?.setConnected(!0);
	}
	disconnectedCallback() {
		super.disconnectedCallback(), this._$Do?.setConnected(!1);
	}
	render() {
		return N;
	}
};
V._$litElement$ = !0, V.finalized = !0, B.litElementHydrateSupport?.({ LitElement: V });
var we = B.litElementPolyfillSupport;
we?.({ LitElement: V }), (B.litElementVersions ??= []).push("4.2.2");
// src/member_key.ts
var H = "jebi member key 1", U = 6e5, Te = 1e7, Ee = 4096, W = { name: "Ed25519" }, G = 1, De = "format name nonce public rounds salt sealed", K = class extends Error {
	constructor(e) {
		super(e), this.why = e;
	}
};
async function Oe() {
	try {
		return await crypto.subtle.generateKey(W, !1, ["sign", "verify"]), !0;
	} catch {
		return !1;
	}
}
async function ke(e, t, n, r) {
	if (e.size > Ee) throw new K("not_file");
	let i = je(await e.text());
	if (i.name !== n) throw new K("whose");
	let a = await Me(i, t);
	try {
		let e = await crypto.subtle.importKey("pkcs8", a, W, !1, ["sign"]), t = new Uint8Array(await crypto.subtle.sign(W, e, q(r)));
		await Pe(i, r, t);
		let n = J(X(await Ie(i.name, Fe(i)), t));
		return `${r}\n\u2014 ${i.name} ${n}\n`;
	} finally {
		new Uint8Array(a).fill(0);
	}
}
async function Ae(e, t) {
	let n = await crypto.subtle.generateKey(W, !0, ["sign", "verify"]), r = new Uint8Array(await crypto.subtle.exportKey("raw", n.publicKey)), i = await crypto.subtle.exportKey("pkcs8", n.privateKey), a = X(Uint8Array.of(G), r), o = `${e}+${Le(await Ie(e, r))}+${J(a)}`, s = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16)), c = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(12)), l = await Ne(t, s, U, "encrypt"), u = await crypto.subtle.encrypt({
		name: "AES-GCM",
		iv: c,
		additionalData: q(o)
	}, l, i);
	new Uint8Array(i).fill(0);
	let d = {
		format: H,
		name: e,
		nonce: J(c),
		public: o,
		rounds: U,
		salt: J(s),
		sealed: J(new Uint8Array(u))
	};
	return {
		file: JSON.stringify(d),
		verifier: o
	};
}
function je(e) {
	let t;
	try {
		t = JSON.parse(e);
	} catch {
		throw new K("not_file");
	}
	if (typeof t != "object" || !t || Object.keys(t).sort().join(" ") !== De) throw new K("not_file");
	let n = t, r = [
		n.name,
		n.nonce,
		n.public,
		n.salt,
		n.sealed
	];
	if (!(n.format === H && r.every((e) => typeof e == "string") && Number.isInteger(n.rounds)) || n.rounds < U || n.rounds > Te || !n.public.startsWith(`${n.name}+`)) throw new K("not_file");
	return t;
}
async function Me(e, t) {
	let [n, r, i] = [
		Y(e.nonce),
		Y(e.salt),
		Y(e.sealed)
	];
	if (n.length !== 12 || r.length !== 16) throw new K("not_file");
	let a = await Ne(t, r, e.rounds, "decrypt");
	try {
		return await crypto.subtle.decrypt({
			name: "AES-GCM",
			iv: n,
			additionalData: q(e.public)
		}, a, i);
	} catch {
		throw new K("wrong");
	}
}
async function Ne(e, t, n, r) {
	let i = await crypto.subtle.importKey("raw", q(e.normalize("NFKC")), "PBKDF2", !1, ["deriveKey"]);
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
async function Pe(e, t, n) {
	let r = await crypto.subtle.importKey("raw", Fe(e), W, !1, ["verify"]);
	if (!await crypto.subtle.verify(W, r, n, q(t))) throw new K("not_file");
}
function Fe(e) {
	let t = Y(e.public.slice(e.name.length + 1 + 8 + 1));
	if (t.length !== 33 || t[0] !== G) throw new K("not_file");
	return t.slice(1);
}
async function Ie(e, t) {
	let n = await crypto.subtle.digest("SHA-256", X(q(`${e}\n`), Uint8Array.of(G), t));
	return new Uint8Array(n).slice(0, 4);
}
var q = (e) => new TextEncoder().encode(e), Le = (e) => [...e].map((e) => e.toString(16).padStart(2, "0")).join(""), J = (e) => btoa(String.fromCharCode(...e));
function Y(e) {
	try {
		return Uint8Array.from(atob(e), (e) => e.charCodeAt(0));
	} catch {
		throw new K("not_file");
	}
}
function X(...e) {
	let t = new Uint8Array(e.reduce((e, t) => e + t.length, 0)), n = 0;
	for (let r of e) t.set(r, n), n += r.length;
	return t;
}
// src/clear.ts
var Z = class extends V {
	createRenderRoot() {
		let e = document.createElement("div");
		return e.hidden = !0, Oe().then((t) => {
			t && (this.querySelector(".notice")?.remove(), e.hidden = !1);
		}), this.appendChild(e);
	}
	input(e) {
		let t = this.querySelector(`input[name=${e}]`);
		if (!t) throw Error("the island was not drawn");
		return t;
	}
	alert(e) {
		return e ? j`<p class="alert" role="alert">${e}</p>` : P;
	}
}, Re = class extends Z {
	constructor(...e) {
		super(...e), this.sign = async (e) => {
			e.preventDefault();
			let [t, n] = [this.input("key").files?.[0], this.input("passphrase")];
			if (!t || this.isBusy) return;
			let r = n.value;
			n.value = "", this.said = void 0, this.isBusy = !0;
			try {
				this.send(await ke(t, r, this.name, this.statement));
			} catch (e) {
				this.said = this.words[e instanceof K ? e.why : "unable"];
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
		return j`<form class="stack" @submit=${this.sign}>
            <label>${this.words.file} <input type="file" name="key" accept=".json,application/json" required></label>
            <label>${this.words.passphrase} <input type="password" name="passphrase" required maxlength="1024" autocomplete="off"></label>
            <p class="hint">${this.words.stays}</p>
            ${this.alert(this.said)}
            <p class="hint" role="status">${this.isBusy ? this.words.signing : P}</p>
            <button class="primary" ?disabled=${this.isBusy}>${this.words.now}</button>
        </form>`;
	}
}, ze = class extends Z {
	constructor(...e) {
		super(...e), this.make = async (e) => {
			e.preventDefault();
			let [t, n] = [this.input("first"), this.input("again")], [r, i] = [t.value, n.value];
			if (t.value = n.value = "", this.said = r.length < this.least ? this.words.short : r === i ? void 0 : this.words.differ, !this.said) try {
				let { file: e, verifier: t } = await Ae(this.name, r);
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
		return this.done ? j`<p class="notice" role="status">${this.words.saved}</p>
                <p class="row"><a class="button primary" href=${this.done.address} download=${this.file}>${this.words.save}</a></p>
                <h3 id="vkey">${this.words.public}</h3><p class="vkey secret" lang="zxx" translate="no" aria-labelledby="vkey">${this.done.verifier}</p>` : j`<form class="stack" @submit=${this.make}>
            <label>${this.words.passphrase} <input type="password" name="first" required maxlength="1024" autocomplete="off" aria-describedby="key-help"></label>
            <p class="hint" id="key-help">${this.words.help}</p>
            <label>${this.words.again} <input type="password" name="again" required maxlength="1024" autocomplete="off"></label>
            ${this.alert(this.said)}
            <button>${this.words.make}</button>
        </form>`;
	}
};
customElements.define("jebi-key-signer", Re), customElements.define("jebi-key-maker", ze);
// src/grid.ts
var Be = {
	ArrowRight: (e) => e + 1,
	ArrowLeft: (e) => e - 1,
	ArrowDown: (e, t) => e + t,
	ArrowUp: (e, t) => e - t,
	Home: () => 0,
	End: (e, t, n) => n
}, Ve = class extends HTMLElement {
	constructor(...e) {
		super(...e), this.pressed = (e) => {
			let t = Be[e.key], n = this.links, r = n.indexOf(document.activeElement);
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
customElements.define("jebi-grid", Ve);
// src/keys.ts
var He = !1;
function Ue(e) {
	let t = e.target;
	return e.ctrlKey || e.metaKey || e.altKey ? !0 : t instanceof HTMLElement && (t.isContentEditable || t.closest("input:not([type=range]), textarea, select") !== null);
}
function We(e) {
	if (e.key === "Escape" && Ge(), Ue(e) || document.querySelector("dialog[open]")) return;
	let t = He;
	if (He = e.key === "g", e.key === "/") {
		let t = document.querySelector("#q") ?? document.querySelector("[data-search]");
		if (!t) return;
		e.preventDefault(), t.focus(), t.select();
	} else e.key === "?" ? (e.preventDefault(), document.querySelector("#help")?.showModal()) : t && e.key === "a" && document.querySelector("nav a[href=\"/archive\"]") && location.assign("/archive");
}
function Ge() {
	for (let e of document.querySelectorAll("details.me[open]")) e.open = !1, e.querySelector("summary")?.focus();
}
document.addEventListener("keydown", We), document.addEventListener("click", (e) => {
	for (let t of document.querySelectorAll("details.me[open]")) e.target instanceof Node && !t.contains(e.target) && (t.open = !1);
});
// src/live.ts
var Ke = 500, qe = class extends V {
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
			window.clearTimeout(this.timer), this.timer = window.setTimeout(() => void this.changed(), Ke);
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
		return this.isOffered ? j`<p class="notice" role="status"><a href=${location.pathname + location.search}>${this.offer}</a></p>` : P;
	}
};
customElements.define("jebi-live", qe);
// src/player.ts
var Je = [
	.25,
	.5,
	1,
	1.5,
	2
], Ye = 1 / 30, Xe = class extends V {
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
			if (Ue(e) || document.querySelector("dialog[open]")) return;
			let t = e.target instanceof Element ? e.target : document.body, n = t.closest("button, summary, a") !== null, r = {
				k: () => this.toggle(),
				j: () => this.seek(this.video.currentTime - 10),
				l: () => this.seek(this.video.currentTime + 10),
				"[": () => this.shot(-1),
				"]": () => this.shot(1),
				",": () => this.seek(this.video.currentTime - Ye),
				".": () => this.seek(this.video.currentTime + Ye),
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
		if (this.isBroken) return j`<p class="alert" role="alert">${e.broken}</p>`;
		let t = this.length;
		return j`
            <div class="track">
                <canvas aria-hidden="true"></canvas><span class="playhead" aria-hidden="true"></span>
                <input type="range" min="0" max=${t} step="0.1" .value=${String(this.at)} aria-label=${e.seek} aria-valuetext="${Q(this.at)} / ${Q(t)}"
                    @input=${(e) => this.seek(Number(e.target.value))}>
            </div>
            <div class="controls">
                <button type="button" class="primary round" aria-label=${this.isPlaying ? e.pause : e.play} @click=${() => this.toggle()}>${this.isPlaying ? Qe : Ze}</button>
                <button type="button" class="round" aria-label=${e.previous} title="${e.previous} [" @click=${() => this.shot(-1)}>${$e}</button>
                <button type="button" class="round" aria-label=${e.next} title="${e.next} ]" @click=${() => this.shot(1)}>${et}</button>
                <span class="clock">${Q(this.at)} <i>/ ${Q(t)}</i></span>
                <span class="gap"></span>
                ${this.choices(e)}
                <button type="button" class="round" aria-label=${this.isMuted ? e.unmute : e.mute} @click=${() => this.video.muted = !this.video.muted}>${this.isMuted ? nt : tt}</button>
                <button type="button" class="round" aria-label=${e.full} @click=${() => this.full()}>${rt}</button>
            </div>`;
	}
	choices(e) {
		let t = [...this.video.textTracks];
		return j`
            ${t.length ? j`<label><span class="unseen">${e.subtitles}</span><select title=${e.subtitles} @change=${(e) => t.forEach((t, n) => t.mode = Number(e.target.value) === n ? "showing" : "disabled")}><option value="-1">${e.subtitles}: ${e.off}</option>${t.map((e, t) => j`<option value=${t}>${e.label}</option>`)}</select></label>` : P}
            <label><span class="unseen">${e.speed}</span><select title=${e.speed} @change=${(e) => this.video.playbackRate = Number(e.target.value)}>${Je.map((e) => j`<option value=${e} ?selected=${e === 1}>${e}×</option>`)}</select></label>`;
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
var $ = (e) => j`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${e}</svg>`, Ze = $(M`<path class="solid" d="M6 3.500v13l11-6.500z"/>`), Qe = $(M`<path class="solid" d="M5 3.500h3.500v13H5zM11.500 3.500H15v13h-3.500z"/>`), $e = $(M`<path d="M5 4v12"/><path class="solid" d="M15.500 4.500v11L7.500 10z"/>`), et = $(M`<path d="M15 4v12"/><path class="solid" d="M4.500 4.500v11l8-5.500z"/>`), tt = $(M`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="M13 7.500a3.500 3.500 0 0 1 0 5M15.500 5a7 7 0 0 1 0 10"/>`), nt = $(M`<path class="solid" d="M3 7.500h3L10.500 4v12L6 12.500H3z"/><path d="m13.500 8 4 4M17.500 8l-4 4"/>`), rt = $(M`<path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"/>`);
customElements.define("jebi-player", Xe);
