package template

import (
	"strings"
	"testing"

	"confit/render/rendertest"
	"confit/render/tree"
)

// swallowed are calls in which sprig hides an error and goes on with a wrong value.
var swallowed = strings.Split(`b64dec "???"
b32dec "???"
atoi "4x"
atoi ""
int "4x"
int "1.5"
int "010"
int "0x10"
int "1_000"
int ""
int 1e30
int (list 1)
int64 "nine"
int64 99999999999999999999.0
float64 "1.5x"
float64 "NaN"
float64 "0x1p4"
float64 (dict)
toDecimal "9"
toDecimal "077x"
duration "1m"
duration 1.5
date "2006" "x"
date "2006" true
date "2006" 1.5
dateInZone "15:04" 0 "Europe/Berlin"
dateModify "x" 0
toDate "2006-01-02" "31.12.2024"
htmlDate (list)
unixEpoch ""
mustToDuration "x"
durationSeconds "1 day"
durationRoundTo "1h" "x"
duration 99999999999999999
fromJson "{"
fromJson "{} {}"
mustFromJson "["
fromYaml "a: ["
fromYaml "- a"
fromYamlArray "a: 1"
fromJsonArray "{}"
merge (dict "a" 1) (list)
mergeOverwrite (dict) "x"
regexMatch "[" "a"
regexFind "(" "a"
regexFindAll "*" "a" -1
regexSplit "[" "a" -1
regexReplaceAll "[" "a" "b"
regexReplaceAllLiteral "[" "a" "b"
get (dict) "a"
get (list) "a"
pluck "a" (dict) | first
pluck "a" "text"
index (dict) "a"
index (list 1) 1
index (list 1) -1
index (list 1) "a"
index "abc" 0
first (list)
last (list)
first "abc"
rest "abc"
initial 1
add "x" 1
add "" 1
add 1.5 1
add true 1
add (list) 1
add1 "x"
add1 9223372036854775807
add 9223372036854775807 1
sub -9223372036854775807 2
mul 4611686018427387904 2
mul "4x" 2
div 1 0
div "x" 1
div -9223372036854775808 -1
mod 1 0
mod 5 "x"
max 1 "x"
min "x" 1
biggest "x"
addf "x" 1
addf 1e308 1e308
subf 1 "x"
mulf 1e308 1e308
divf 1 0
divf 1 "x"
maxf "x" 1
minf "x" 1
floor "x"
ceil ""
floor (list)
round "x" 2
round 1.5 400
until 99999999
untilStep 0 99999999 1
seq 99999999
seq
seq 1 2 3 4
derivePassword 1 "huge" "p" "u" "s"
semver "one"
semverCompare "1.x.y.z" "1.0"
urlParse "https://a b"
urlJoin (dict "scheme" 1)
substr 5 2 "abc"
slice (list 1) 0 5
chunk 0 (list 1)
repeat -1 "a"
indent -1 "a"
splitList "" (repeat 2000000 "a")
join "," (list (list 1))
quote (list 1)
cat (dict)
toString (list 1)
sortAlpha (list (dict))
printf "%d" "x"
printf "%d"
printf "%s" 1 2
printf "%y" 1
printf "%!" 1
printf "%" 
printf "%[9]d" 1
printf "%.*f" -1 1.0
print (list 1)
html (dict)
len 5
len true
eq "1" 1
eq (list) (list)
lt "a" 1
lt true false
keys (list)
values "a"
pick (list) "a"
set .Values "a" 1
set (dict) 1 2
unset .Values "a"
dict (list) 1
has 1 "text"
deepCopy .Values.absent
buildCustomCert "a" "b"
decryptAES "k" "AAAA"
include "nothing" .
tpl "{{" .
tpl 5 .
toYaml nil
upper nil
upper 5
and
fail "no"
required "no" ""
required "no" nil
nil`, "\n")

// TestSwallowed: what sprig would hide is an error.
func TestSwallowed(t *testing.T) {
	v := rendertest.ValuesOf(t, rendertest.NodeOf(map[string]any{"a": int64(1)}, &tree.Origin{File: "v"}))
	for _, call := range swallowed {
		e := ours(t, "{{ $x := "+call+" }}{{ $x }}", v, false)
		if len(e.problems) == 0 {
			t.Errorf("%s = %q, want an error", call, e.out)
		}
	}
}
