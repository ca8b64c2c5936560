package sources

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"confit/render/diag"
	"confit/render/tree"
	"confit/render/values"
)

// Variables are sensitive by these parts and words of their names, unless the spec says
// otherwise. docs/secrets.md lists them.
var (
	secretParts = []string{
		"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY", "API_KEY", "APIKEY",
		"ACCESS_KEY", "ENCRYPTION_KEY", "SIGNING_KEY", "MASTER_KEY", "SSH_KEY", "CONNECTION_STRING",
	}
	secretWords = []string{"PASS", "PWD", "PW", "DSN", "CREDS", "JWT"} // between underscores
)

// readVars reads the variables of an env source, sorted by name.
func (r *reader) readVars(s *Spec) ([]values.Var, error) {
	env := slices.Sorted(slices.Values(r.Env))
	links := serviceLinks(env)
	vars := []values.Var{}
	var names []string
	var all []error
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		of, isFile := s.fromFileOf(name)
		if isFile && value != "" {
			v, err := r.fromFile(s, of, name, value)
			vars, names, all = append(vars, v), append(names, of), append(all, err)
		}
		if isFile || !s.takes(name) || value == "" && s.Empty == "unset" {
			continue
		}
		if _, mapped := s.Map[name]; !mapped && links[name] {
			r.notice(diag.Quoted(name) + " is left out: it is a service link of Kubernetes (enableServiceLinks: false turns them off)")
			continue
		}
		if !utf8.ValidString(pair) {
			all = append(all, &diag.Problem{
				Cause: diag.CauseData, Code: "not-utf8", Pos: diag.Pos{File: "env " + name},
				Text: "the variable is not UTF-8 text", Hint: "unset it, or read a file with these bytes by copy or .Files",
			})
		}
		v := s.variable(name)
		s.setValue(&v, value)
		if standIn, secret := r.Secrets[name]; secret {
			v.Origin.Sensitive, v.Origin.StandIn = true, standIn
		}
		vars, names = append(vars, v), append(names, name)
	}
	r.noticeUnmatchedVars(s, names)
	r.detailVars(s, env, names)
	return vars, errors.Join(all...)
}

// noticeUnmatchedVars gives a notice for each glob of sensitive: that matches no variable. It
// is no error, as a variable may be unset.
func (r *reader) noticeUnmatchedVars(s *Spec, names []string) {
	for _, glob := range s.Sensitive.globs {
		if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return matchVar(glob, name) }) {
			r.notice("sensitive: " + diag.Quoted(glob) + " matches no variable of the source " + s.String())
		}
	}
}

// takes tells whether a variable belongs to the source, by its prefix or by name.
func (s *Spec) takes(name string) bool {
	_, mapped := s.Map[name]
	return mapped || slices.Contains(s.FromFile, name) || s.Env != "" && strings.HasPrefix(name, s.Env)
}

// variable is a variable of the source without its value.
func (s *Spec) variable(name string) values.Var {
	v := values.Var{Rest: strings.TrimPrefix(name, s.Env), Typed: s.Typed}
	v.Origin = &tree.Origin{Source: s.String(), Var: name, Sensitive: s.secretVar(name)}
	if to, ok := s.Map[name]; ok {
		v.To, _ = tree.ParsePath(to)
	}
	return v
}

func (s *Spec) secretVar(name string) bool {
	switch {
	case s.Sensitive.globs != nil:
		return slices.ContainsFunc(s.Sensitive.globs, func(g string) bool { return matchVar(g, name) })
	case s.Sensitive.set:
		return s.Sensitive.all
	}
	name = strings.ToUpper(name)
	return slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(name, part) }) ||
		name != "PWD" && slices.ContainsFunc(strings.Split(name, "_"), func(word string) bool { return slices.Contains(secretWords, word) })
}

// passwordURL matches a URL with a password, as in DATABASE_URL.
var passwordURL = regexp.MustCompile(`://[^/?#\s:@]*:[^/?#\s]+@`)

// setValue sets the value of a variable. A URL with a password is sensitive.
func (s *Spec) setValue(v *values.Var, text string) {
	v.Value = text
	v.Origin.Sensitive = v.Origin.Sensitive || !s.Sensitive.set && passwordURL.MatchString(text)
}

// matchVar ignores case: variables are upper case, and keys of values lower case.
func matchVar(glob, name string) bool {
	ok, _ := path.Match(strings.ToUpper(glob), strings.ToUpper(name))
	return ok
}

// serviceLinks finds the variables that the kubelet sets for each Service of the
// namespace: X_SERVICE_HOST, and X_PORT with a URL, make X a service.
func serviceLinks(env []string) map[string]bool {
	values := map[string]string{}
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		values[name] = value
	}
	links := map[string]bool{}
	for name := range values {
		service, isHost := strings.CutSuffix(name, "_SERVICE_HOST")
		if !isHost || !isURL(values[service+"_PORT"]) {
			continue
		}
		for other := range values {
			rest, ok := strings.CutPrefix(other, service+"_")
			if ok && (rest == "PORT" || rest == "SERVICE_HOST" || rest == "SERVICE_PORT" ||
				strings.HasPrefix(rest, "SERVICE_PORT_") || isPortVar(rest)) {
				links[other] = true
			}
		}
	}
	return links
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "tcp://") || strings.HasPrefix(s, "udp://") || strings.HasPrefix(s, "sctp://")
}

// isPortVar matches PORT_80_TCP and PORT_80_TCP_ADDR, _PORT and _PROTO.
func isPortVar(rest string) bool {
	parts := strings.Split(rest, "_")
	return len(parts) >= 3 && parts[0] == "PORT" && strings.Trim(parts[1], "0123456789") == "" &&
		(parts[2] == "TCP" || parts[2] == "UDP" || parts[2] == "SCTP")
}
