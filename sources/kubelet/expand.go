package kubelet

import "strings"

// expand replaces $(NAME) by what value gives, as the kubelet does in the values of variables
// and in arguments. $$ writes one $, and a name that value does not know stays as it is.
func expand(text string, value func(name string) (string, bool)) string {
	if !strings.Contains(text, "$") {
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		text = after
		switch {
		case after == "":
			b.WriteByte('$')
		case after[0] == '$':
			b.WriteByte('$')
			text = after[1:]
		case after[0] == '(':
			name, rest, closed := strings.Cut(after[1:], ")")
			if !closed {
				b.WriteString("$(")
				text = after[1:]
				continue
			}
			text = rest
			if v, known := value(name); known {
				b.WriteString(v)
			} else {
				b.WriteString("$(" + name + ")")
			}
		default:
			b.WriteString("$" + after[:1])
			text = after[1:]
		}
	}
}
