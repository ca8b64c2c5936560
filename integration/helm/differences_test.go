package helm

import "strings"

// A difference is a template that the two treat differently over the same values.
type difference struct {
	name             string
	values, template string
	helm             string // what Helm makes of it
	helmFails        string // a part of its message, if it fails
	confit           string // what confit makes of it
	refused          string // the code of the error, if it fails
	why              string // in docs/helm.md
}

// A section is a part of docs/helm.md.
type section struct {
	title string
	list  []difference
}

// differences are all that are known.
func differences() []section {
	return []section{
		{"Missing values", missing()},
		{"Numbers and types", numbers()},
		{"Maps, lists and toYaml", trees()},
		{"Functions", functions()},
		{"What there is to read", objects()},
	}
}

func missing() []difference {
	const why = "a missing value is no text: in a file of its own Helm cuts `<no value>` out, in an `include` it stays"
	return []difference{
		{"print", "a: {}", "port={{ .Values.a.port }}", "port=<no value>", "", "", "missing-value", why},
		{"null", "a: null", "{{ .Values.a }}", "<no value>", "", "", "missing-value", "null is missing"},
		{"misspelt", "server: {port: 80}", "{{ .Values.server.prot | quote }}", "", "", "", "missing-value", "`quote` of nothing is nothing, and a misspelt name is not seen"},
		{"function", "a: {}", `{{ .Values.a.b | toString }}`, "<nil>", "", "", "missing-value", "a function that works on its argument is not given nothing"},
		{"printf", "a: {}", `{{ printf "%s:80" .Values.a.host }}`, "%!s(<nil>):80", "", "", "missing-value", "the same"},
		{"join", "a: [x, null]", `{{ join "," .Values.a }}`, "x", "", "", "missing-value", "also inside a list"},
		{"depth", "a: {}", `{{ .Values.a.b.c | default "d" }}`, "", "nil pointer evaluating", "d", "", "any depth of a path may be asked about; no `(((.Values.a).b).c)` needed"},
		{"condition", "a: {}", `{{ if .Values.a.b.c }}x{{ else }}y{{ end }}`, "", "nil pointer evaluating", "y", "", "the same"},
		{"index", "a: {}", `{{ index .Values.a "b" "c" | default "d" }}`, "", "index of nil pointer", "d", "", "the same for `index`"},
		{"get", "a: {}", `{{ get .Values.a "b" | upper }}`, "", "", "", "missing-value", "`get` of what is not there is missing, not an empty text"},
		{"kept", "a: {x: null, z: 1}", `{{ toJson .Values.a }}`, `{"x":null,"z":1}`, "", `{"z":1}`, "", "null deletes, also in the first layer"},
	}
}

func numbers() []difference {
	return []difference{
		{"digits", "version: 1.10", "{{ .Values.version }}", "1.1", "", "1.10", "", "a number is printed as it was written"},
		{"large", "size: 10000000", "{{ .Values.size }}", "1e+07", "", "10000000", "", "the same"},
		{"larger", "id: 12345678901234567890", "{{ .Values.id }}", "1.2345678901234567e+19", "", "12345678901234567890", "", "the same"},
		{"quoted", "size: 10000000", "{{ .Values.size | quote }}", `"1e+07"`, "", `"10000000"`, "", "the same through functions that make text"},
		{"yaml", "a: {version: 1.10}", "{{ toYaml .Values.a }}", "version: 1.1", "", "version: 1.10", "", "the same in YAML and JSON"},
		{"whole", "a: 3", `{{ printf "%d" .Values.a }}`, "%!d(float64=3)", "", "3", "", "every number of Helm's values is a float64; a whole number is whole here"},
		{"kind", "a: 3", `{{ kindOf .Values.a }}`, "float64", "", "int64", "", "the same"},
		{"compare", "a: 3", `{{ if eq .Values.a 3 }}x{{ end }}`, "", "incompatible types for comparison", "x", "", "numbers compare by value"},
		{"less", "a: 3", `{{ lt .Values.a 5 }}`, "", "incompatible types for comparison", "true", "", "the same"},
		{"words", "a: on\nb: no", "{{ .Values.a }} {{ .Values.b }}", "true false", "", "on no", "", "YAML 1.2: `on`, `off`, `yes` and `no` are text"},
		{"keys", "y: 1", `{{ .Values | toJson }}`, `{"global":{},"true":1}`, "", `{"y":1}`, "", "the same for keys; and there is no `global` of subcharts"},
		{"octal", "mode: 0755", "{{ .Values.mode }}", "493", "", "", "ambiguous-number", "readers disagree on it: `0o755` or `\"0755\"`"},
		{"underscores", "a: 1_000", "{{ .Values.a }}", "1000", "", "", "ambiguous-number", "the same: `1000` or `\"1_000\"`"},
		{"duplicate", "a: 1\na: 2", "{{ .Values.a }}", "2", "", "", "duplicate-key", "one of the two was meant"},
	}
}

func trees() []difference {
	return []difference{
		{"map", "a: {b: 1}", "{{ .Values.a }}", "map[b:1]", "", "", "raw-map", "nothing reads Go's form: `toYaml`, `toJson`"},
		{"list", "a: [b, c]", "{{ .Values.a }}", "[b c]", "", "", "raw-list", "the same: `join`, `toYaml`, `toJson`"},
		{"made", "a: 1", "{{ until 3 }}", "[0 1 2]", "", "", "raw-list", "the same for what a template made"},
		{"fold", "a: " + long, "{{ toYaml .Values.a }}", strings.ReplaceAll(long, "n sixteen", "n\n  sixteen"), "", long, "", "a long text stays on its line; YAML reads both alike"},
		{"control", `a: "\x7f"`, "a: {{ toYaml .Values.a }}", "a: ", "", `a: "\x7F"`, "", "Helm's `toYaml` makes nothing of what it cannot write"},
		{"equals sign", `a: {b: "="}`, "{{ toYaml .Values.a }}", "b: =", "", `b: "="`, "", "PyYAML refuses a plain one"},
		{"plain keys and texts", "a: {1: no}", "{{ toYaml .Values.a }}", `"1": false`, "", "1: no", "", "what was plain stays plain"},
		{"merge key", `a: {"<<": x}`, "{{ toYaml .Values.a }}", "<<: x", "", `"<<": x`, "", "plain, it would be a merge"},
		{"number text", `a: "1e400"`, "{{ toYaml .Values.a }}", "1e400", "", `"1e400"`, "", "text that some reader takes for a number is quoted"},
	}
}

// long is wider than 80 columns.
const long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"

func functions() []difference {
	const strict = "a function that cannot do its work fails"
	return []difference{
		{"int", "a: 8o", "{{ int .Values.a }}", "0", "", "", "function", strict},
		{"atoi", "a: x", "{{ atoi .Values.a }}", "0", "", "", "function", strict},
		{"b64dec", "a: '%'", "{{ b64dec .Values.a }}", "illegal base64 data at input byte 0", "", "", "function", strict},
		{"fromYaml", "a: 'b: ['", `{{ (fromYaml .Values.a).b | default "x" }}`, "x", "", "", "function", strict},
		{"fromJson", "a: '['", `{{ (fromJson .Values.a).b | default "x" }}`, "x", "", "", "function", strict},
		{"regex", "a: '('", "{{ regexMatch .Values.a \"x\" }}", "false", "", "", "function", strict},
		{"printf", "a: x", `{{ printf "%d" .Values.a }}`, "%!d(string=x)", "", "", "bad-format", strict},
		{"round", "a: -1.2", "{{ round .Values.a 0 }}", "-2", "", "-1", "", "the nearest, also below zero"},
		{"random", "a: 1", "{{ randAlphaNum 5 | len }}", "5", "", "", "forbidden-function", "the same input gives the same bytes: make it once, keep it in a Secret"},
		{"clock", "a: 1", "{{ now | kindOf }}", "struct", "", "", "forbidden-function", "the same: give the time as a value"},
		{"lookup", "a: 1", `{{ lookup "v1" "Secret" "ns" "x" | toJson }}`, "{}", "", "", "forbidden-function", "the cluster is no input: mount the object"},
		{"set", "a: {}", `{{ $_ := set .Values.a "b" 1 }}{{ .Values.a.b }}`, "1", "", "", "read-only", "values are the same for every template: `deepCopy` first"},
		{"merge", "a: {}", `{{ $_ := merge .Values.a (dict "b" 1) }}{{ .Values.a.b }}`, "1", "", "", "missing-value", "the same: `merge` gives the result and leaves values alone"},
	}
}

func objects() []difference {
	return []difference{
		{"Release", "a: 1", "{{ .Release.Name }}", "release", "", "", "missing-value", "there is no release: give its name as a value"},
		{"Chart", "a: 1", "{{ .Chart.Version }}", "0.1.0", "", "", "missing-value", "there is no chart"},
		{"Capabilities", "a: 1", "{{ .Capabilities.KubeVersion.Major }}", "1", "", "", "missing-value", "the cluster is no input"},
		{"file", "a: 1", `{{ .Files.Get "absent" }}`, "", "", "", "no-file", "a misspelt name would be an empty file; `if .Files.Glob` asks"},
		{"bytes", "a: 1", `{{ range $_, $b := .Files.Glob "files/two" }}{{ $b }}{{ end }}`, "[111 110 101]", "", "one", "", "the content of a file is text"},
	}
}
