package template

import (
	"maps"

	"confit/render/content"
	"confit/render/diag"
)

func include(e *eval, c call) any {
	name, ok := e.textArg(c, 0)
	if !ok {
		return e.soft()
	}
	d := e.prog.lookup(name)
	if d == nil {
		if !e.mayShow(c.args[0]) {
			return e.fail(c.at, "no-template", "there is no template of that name", "")
		}
		return e.fail(c.at, "no-template", "there is no template "+diag.Quoted(name), e.nearTemplate(name))
	}
	return e.text(c.at, e.capture(func() { e.call(c.at, d, c.args[1]) }))
}

// capture gives what f prints: it is written behind the output, and taken off again.
func (e *eval) capture(f func()) string {
	start, marking := len(e.out), e.marking
	e.marking = false
	f()
	text := string(e.out[start:])
	e.out, e.marking = e.out[:start], marking
	return text
}

// tpl executes a text as a template. What it defines is there for this call only.
func tpl(e *eval, c call) any {
	text, ok := e.textArg(c, 0)
	if !ok {
		return e.soft()
	}
	if most := e.lib.limits.Template; len(text) > int(most) {
		e.limit(c.at, "template-size", "the text given to tpl is larger than "+most.String(), "split it, or raise limits: {template: …}")
	}
	e.tick(c.at, len(text)>>4)
	name, in := e.def.src.Name, e.def.src.In
	if !e.def.src.made {
		at := e.pos(e.start(c.at))
		name, in = "tpl at "+at.String(), at.Outer()
	}
	src := &Source{Name: name, In: in, Text: text, secret: !e.mayShow(c.args[0]), made: true}
	main, own, err := parseSource(src, "", "", e.lib)
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
	return e.text(c.at, e.capture(func() { e.call(c.at, main, c.args[1]) }))
}

func required(e *eval, c call) any {
	v := e.scalar(c.args[1])
	if _, failed := v.(poison); failed {
		return v
	}
	if v = nothing(v); v == nil || v == "" {
		return e.message(c, c.args[0], "required")
	}
	return c.args[1]
}

func failing(e *eval, c call) any { return e.message(c, c.args[0], "fail") }

// message fails with the text a template gives. Once a secret was read, that text is
// what the masked run gives at the same place.
func (e *eval) message(c call, text any, code string) any {
	s, ok := e.scalarText(c, text)
	if !ok {
		return e.soft()
	}
	said := diag.Quoted(s)
	if e.masked {
		e.said[e.pos(e.start(c.at))] = said
		return content.Mask
	}
	if e.reads.Secret {
		return e.fail(c.at, code, heldBack, "")
	}
	return e.fail(c.at, code, said, "")
}

// heldBack stands for a message until the masked run has given its text.
const heldBack = "the template ended the run; its message is held back, as it may hold a secret"
