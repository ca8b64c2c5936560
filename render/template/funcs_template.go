package template

import (
	"maps"

	"confit/render/content"
	"confit/render/diag"
)

// include executes a named template and returns its text.
func include(e *eval, c call) any {
	name, ok := e.textArg(c, 0)
	if !ok {
		return e.failedValue()
	}
	d := e.prog.lookup(name)
	if d == nil {
		if !e.mayShow(c.args[0]) {
			return e.fail(c.at, "no-template", "there is no template of that name", "")
		}
		return e.fail(c.at, "no-template", "there is no template "+diag.Quoted(name), e.nearTemplate(name))
	}
	return e.chargeText(c.at, e.capture(func() { e.call(c.at, d, c.args[1]) }))
}

// capture returns the text that f prints. f prints behind the output; capture removes it again.
func (e *eval) capture(f func()) string {
	start, tracing := len(e.out), e.tracing
	e.tracing = false
	f()
	text := string(e.out[start:])
	e.out, e.tracing = e.out[:start], tracing
	return text
}

// tpl executes a text as a template. Its definitions exist for this call only.
func tpl(e *eval, c call) any {
	text, ok := e.textArg(c, 0)
	if !ok {
		return e.failedValue()
	}
	if most := e.engine.limits.Template; len(text) > int(most) {
		e.limit(c.at, "template-size", "the text given to tpl is larger than "+most.String(), "split it, or raise limits: {template: …}")
	}
	e.step(c.at, len(text)>>4)
	name, in := e.def.src.Name, e.def.src.In
	if !e.def.src.generated {
		at := e.pos(e.start(c.at))
		name, in = "tpl at "+at.String(), at.Outer()
	}
	src := &Source{Name: name, In: in, Text: text, secret: !e.mayShow(c.args[0]), generated: true}
	main, own, err := parseSource(src, "", "", e.engine)
	if err != nil {
		p := diag.Problems(err, diag.CauseData)[0]
		if src.secret {
			return e.fail(c.at, p.Code, "the text given to tpl cannot be parsed", "")
		}
		return e.fail(c.at, p.Code, p.Error(), p.Hint)
	}
	prog := e.prog
	scoped := *prog
	scoped.own = make(map[string]*definition, len(prog.own)+len(own))
	for _, defs := range []map[string]*definition{prog.own, own} {
		maps.Copy(scoped.own, defs)
	}
	e.prog = &scoped
	defer func() { e.prog = prog }()
	return e.chargeText(c.at, e.capture(func() { e.call(c.at, main, c.args[1]) }))
}

func required(e *eval, c call) any {
	v := e.scalar(c.args[1])
	if _, failed := v.(poison); failed {
		return v
	}
	if v = nilIfMissing(v); v == nil || v == "" {
		return e.message(c, c.args[0], "required")
	}
	return c.args[1]
}

func failWith(e *eval, c call) any { return e.message(c, c.args[0], "fail") }

// message fails with the text of a template. After a secret was read, the text is that of the masked
// run at the same place.
func (e *eval) message(c call, text any, code string) any {
	s, ok := e.scalarText(c, text)
	if !ok {
		return e.failedValue()
	}
	said := diag.Quoted(s)
	if e.masked {
		e.messages[e.pos(e.start(c.at))] = said
		return content.Mask
	}
	if e.reads.Secret {
		return e.fail(c.at, code, withheld, "")
	}
	return e.fail(c.at, code, said, "")
}

// withheld replaces a message until the masked run has given its text.
const withheld = "the template ended the run; its message is held back, as it may hold a secret"
