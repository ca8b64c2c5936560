package format

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"

	"confit/render/diag"
	"confit/render/tree"
)

// maxEnvLine is the longest line that the kubelet reads, without its newline.
const maxEnvLine = bufio.MaxScanTokenSize - 1

// EncodeKubernetesEnv writes a map as an env file that the kubelet reads for fileKeyRef: one
// level, sorted, every value in single quotes. A text that the kubelet would not read back is
// an error; so is an empty one, which the kubelet takes for a missing key.
func EncodeKubernetesEnv(v any) (string, error) {
	if !tree.IsMap(v) {
		return "", unsupported(nil, v, "kubernetes-env", "take a map")
	}
	m := tree.MapOf(v)
	var b strings.Builder
	for _, k := range tree.SortedKeys(m) {
		text, ok := tree.TextOf(m[k])
		if !ok {
			return "", unsupported([]string{k}, m[k], "kubernetes-env", "a variable is one text")
		}
		if problem := kubernetesEnvProblem(k, text); problem != "" {
			return "", fmt.Errorf("%s", problem)
		}
		b.WriteString(k + "='" + text + "'\n")
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// kubernetesEnvProblem says why the kubelet does not read back a variable; "" if it does.
func kubernetesEnvProblem(name, text string) string {
	quoted := diag.Quoted(name)
	switch {
	case !isKubernetesEnvName(name):
		return "the key " + quoted + " is no name of a variable to the kubelet"
	case text == "":
		return "the text of " + quoted + " is empty, which the kubelet takes for a missing key: leave the key out"
	case strings.Contains(text, "'"):
		return "the text of " + quoted + " has a single quote, for which the kubelet's env files have no form"
	case strings.ContainsRune(text, 0):
		return "the text of " + quoted + " has a NUL character, which no variable can hold"
	case strings.Contains(text, "\r\n"):
		return "the text of " + quoted + " has a line that ends in CR LF, and the kubelet drops the CR: replace it by LF"
	}
	for line := range strings.SplitSeq(name+"='"+text+"'", "\n") {
		if len(line) > maxEnvLine {
			return "the text of " + quoted + " has a line over 64 KiB, where the kubelet stops reading"
		}
	}
	return ""
}

// isKubernetesEnvName tells whether the API server takes a name as the key of a fileKeyRef, and
// the kubelet finds it in the file.
func isKubernetesEnvName(name string) bool {
	notPrintable := func(r rune) bool { return r < ' ' || r > '~' || r == '=' }
	return name != "" && !strings.ContainsFunc(name, notPrintable) && strings.Trim(name, " ") == name && name[0] != '#'
}

// ParseKubernetesEnv reads an env file as the kubelet reads it for fileKeyRef. Where a name
// comes twice, the first one counts. A key with an empty text is missing to the kubelet, unless
// the reference is optional. The kubelet reads a file up to the key that it looks for: after an
// error, it still finds the variables that are returned. The error quotes no value.
func ParseKubernetesEnv(data []byte) (map[string]string, error) {
	vars := map[string]string{}
	if v := scanKubernetesEnv(data, func(p pair) {
		if _, known := vars[p.key]; !known {
			vars[p.key] = p.value
		}
	}); v != nil {
		return vars, fmt.Errorf("line %d: %s", v.Line, v.Text)
	}
	return vars, nil
}

// scanKubernetesEnv gives each variable to found, and returns the first error of the file. It
// does what ParseEnv of k8s.io/kubernetes/pkg/kubelet/util/env does.
func scanKubernetesEnv(data []byte, found func(pair)) *Violation {
	lines := bufio.NewScanner(bytes.NewReader(data))
	n := 0
	for lines.Scan() {
		n++
		line := strings.TrimLeft(lines.Text(), " \t")
		if line == "" || line[0] == '#' {
			continue
		}
		name, rest, ok := strings.Cut(line, "=")
		switch {
		case !ok:
			return &Violation{Line: n, Text: "the line has no ="}
		case name == "" || strings.TrimRight(name, " \t") != name:
			return &Violation{Line: n, Text: "no name stands right before the ="}
		case strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "\t"):
			found(pair{name, "", n}) // whatever follows, as in a shell
			continue
		case !strings.HasPrefix(rest, "'"):
			return &Violation{Line: n, Text: "the value is not in single quotes"}
		}
		value, first := strings.Builder{}, n
		for rest = rest[1:]; !strings.Contains(rest, "'"); rest = lines.Text() {
			value.WriteString(rest + "\n")
			if !lines.Scan() {
				return &Violation{Line: first, Text: "the single quote that opens here is not closed, or a line is over 64 KiB"}
			}
			n++
		}
		end, after, _ := strings.Cut(rest, "'")
		if after = strings.TrimLeft(after, " \t"); after != "" && after[0] != '#' {
			return &Violation{Line: n, Text: "something follows the closing quote; a value can hold no single quote"}
		}
		found(pair{name, value.String() + end, first})
	}
	return tooLong(lines, n+1)
}

// tooLong is the violation of a line at which a scanner has stopped; nil at the end of the file.
func tooLong(lines *bufio.Scanner, line int) *Violation {
	if lines.Err() == nil {
		return nil
	}
	return &Violation{Line: line, Text: "the line is over 64 KiB"}
}

// DecodeKubernetesEnv reads an env file of the kubelet into nodes of origin o: names as
// written, one level, all leaves text. It refuses what the kubelet reads, and probably nobody
// means: a name that comes twice, blanks before a value, and names that no fileKeyRef can have.
func DecodeKubernetesEnv(data []byte, o *tree.Origin) (*tree.Node, error) {
	if line, bad := invalidUTF8(data); bad {
		return nil, dataProblem(o, line, "not-utf8", "not UTF-8 text", "save the file as UTF-8")
	}
	o.Budget.Reserve(2 * len(data))
	var pairs []pair
	v := scanKubernetesEnv(data, func(p pair) { pairs = diag.Append(o.Budget, pairs, p) })
	if v != nil {
		return nil, dataProblem(o, v.Line, "kubernetes-env-syntax", v.Text, "write NAME='value', as the kubelet wants it")
	}
	for _, p := range pairs {
		if strings.HasPrefix(p.key, "export ") {
			return nil, dataProblem(o, p.line, "bad-key", "the kubelet takes export for a part of the name", "leave out export")
		}
		if !isKubernetesEnvName(p.key) {
			return nil, dataProblem(o, p.line, "bad-key", "the text before the = is no name of a variable to the kubelet", "a name has printable ASCII characters, and no =")
		}
	}
	return textMap(pairs, o)
}

// checkKubernetesEnv also refuses a variable that is empty.
func checkKubernetesEnv(data []byte, b *diag.Budget) *Violation {
	if _, err := DecodeKubernetesEnv(data, &tree.Origin{Budget: b}); err != nil {
		return NewViolation(err)
	}
	var empty *Violation
	scanKubernetesEnv(data, func(p pair) {
		if p.value == "" && empty == nil {
			empty = &Violation{Line: p.line, Text: "the value is empty, which the kubelet takes for a missing key: leave the line out"}
		}
	})
	return empty
}
