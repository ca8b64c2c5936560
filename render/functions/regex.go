package functions

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"confit/render/diag"
)

// maxMatching bounds a regular expression at work: its instructions times the bytes of
// the text, which is what matching costs at worst.
const (
	maxMatching = 1 << 27
	maxMatches  = 1 << 18 // each takes about a microsecond
)

// regexes are sprig's functions of regular expressions. A bad expression is an error.
func regexes() map[string]any {
	return map[string]any{
		"regexMatch":             regexMatch,
		"regexFind":              regexFind,
		"regexFindAll":           regexList((*regexp.Regexp).FindAllString),
		"regexSplit":             regexList((*regexp.Regexp).Split),
		"regexReplaceAll":        regexReplace(false),
		"regexReplaceAllLiteral": regexReplace(true),
	}
}

const (
	errNotRegexp  = diag.SafeError("not a regular expression")
	errSlowRegexp = diag.SafeError("the expression takes too long on a text of that size")
)

// compile refuses an expression that would take too long on s.
func compile(expr, s string) (*regexp.Regexp, error) {
	if len(expr) > 1<<16 {
		return nil, diag.SafeError("the regular expression is larger than 64 KiB")
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotRegexp, err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, errNotRegexp
	}
	if len(prog.Inst) > maxMatching/(len(s)+1) {
		return nil, fmt.Errorf("%w: %d steps on a text of %d bytes", errSlowRegexp, len(prog.Inst), len(s))
	}
	return regexp.Compile(expr)
}

func regexMatch(expr, s string) (bool, error) {
	re, err := compile(expr, s)
	if err != nil {
		return false, err
	}
	return re.MatchString(s), nil
}

func regexFind(expr, s string) (string, error) {
	re, err := compile(expr, s)
	if err != nil {
		return "", err
	}
	return re.FindString(s), nil
}

var errManyMatches = diag.SafeError(fmt.Sprintf("more than %d matches", maxMatches))

// regexList makes a function of a method that returns at most n texts; a negative n means all.
func regexList(find func(re *regexp.Regexp, s string, n int) []string) any {
	return func(expr, s string, n int) ([]string, error) {
		re, err := compile(expr, s)
		if err != nil {
			return nil, err
		}
		if n < 0 || n > maxMatches {
			n = maxMatches + 1
		}
		texts := find(re, s, n)
		if len(texts) > maxMatches {
			return nil, errManyMatches
		}
		return texts, nil
	}
}

// groupReferences matches the references to groups in a replacement.
var groupReferences = diag.LazyRegexp(`\$(\w+|\{\w+\})`)

// regexReplace replaces all matches; where literal is set, $1 stands for itself.
func regexReplace(literal bool) func(expr, s, repl string) (string, error) {
	return func(expr, s, repl string) (string, error) {
		re, err := compile(expr, s)
		if err != nil {
			return "", err
		}
		if (len(s)+1)*(len(repl)+1) > MaxText/4 && maxReplacedSize(re, s, repl, literal) > MaxText {
			return "", errGrows
		}
		if literal {
			return re.ReplaceAllLiteralString(s, repl), nil
		}
		return re.ReplaceAllString(s, repl), nil
	}
}

// maxReplacedSize is an upper bound of the size after a replacement: a group is at most as long as
// its match.
func maxReplacedSize(re *regexp.Regexp, s, repl string, literal bool) int {
	size, fixed, groups := len(s), len(repl), 0
	if !literal {
		groups = strings.Count(repl, "$")
	}
	if groups > 0 && len(repl) < 1<<16 {
		fixed = len(groupReferences().ReplaceAllString(repl, ""))
	}
	re.ReplaceAllStringFunc(s, func(found string) string {
		size += fixed + groups*len(found) - len(found)
		return ""
	})
	return size
}
