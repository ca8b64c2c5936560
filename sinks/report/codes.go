package report

import (
	"slices"
	"strings"

	"confit/render/diag"
)

// A meaning is one sentence for one or several codes.
type meaning struct{ codes, text string }

// sections are the codes of problems as docs/errors.md has them, each section with the exit
// statuses that its codes have.
var sections = []struct {
	title string
	rows  []meaning
}{
	{"The spec and the command line (78, 64)", []meaning{
		{"spec", "a field is unknown, of the wrong type, or does not fit the others"},
		{"schema", "the JSON Schema is not valid or leads out of its file (78); or a value violates it (65)"},
		{"sink", "a sink's entry is wrong"},
		{"output-path", "two outputs on one path, a path that leads out of the directory, a name no file can have"},
		{"usage", "the command line"},
		{"test-failed", "a case of `test` gives other files or another error than it expects"},
		{"no-cases", "`test` finds no folder with a `case.yaml`"},
	}},
	{"Inputs (66, 75, 76)", []meaning{
		{"input", "a file or mount is absent or cannot be read, or `validate` finds it outside of the checkout"},
		{"inputs-changing", "the kubelet kept updating the volumes while they were read"},
		{"file-size total-size file-count", "an input is larger than `limits: {file}`, all together than `total`, or there are more than `files`"},
		{"signal stopped", "a signal ended the run before it published anything"},
	}},
	{"Values (65, 76)", []meaning{
		{"yaml-syntax json-syntax toml-syntax properties-syntax ini-syntax dotenv-syntax kubernetes-env-syntax downward-syntax", "the file cannot be parsed"},
		{"not-utf8", "a file or a variable that is to be a value is not UTF-8 (a `--set` of the command line: 64); bytes can be copied, but are no values"},
		{"duplicate-key", "a map has a key twice"},
		{"bad-key bad-merge bad-tag custom-tag bad-anchor bad-escape", "YAML or an escape that has no meaning here, like half of a surrogate pair in JSON"},
		{"ambiguous-number", "a number that YAML 1.1 and 1.2 read differently, like `0777` or `1_000`"},
		{"no-map", "a file of values that is one text or number, or a list without a name"},
		{"toml-date", "a date that TOML does not have"},
		{"leaf-and-parent", "a properties key has both a value and keys below it: `flat: true` reads the names as they are"},
		{"ini-dialect", "a value of an ini file that readers read differently, or that the named `dialect:` does not have"},
		{"dotenv-reference", "a `$NAME` in a .env file that other readers would replace by another value"},
		{"alias-bomb too-deep", "aliases or nesting beyond the limits"},
		{"type-clash", "a map over a scalar or the reverse, or text that is not of the type it overrides"},
		{"sensitive-glob", "a name in `sensitive:` is no key, path or file of its source: what it is to hide would be shown"},
		{"list-item", "an item of a list that is merged by a key has none, or one that is there already"},
		{"env-ambiguous env-name", "a variable that could mean several values, or none"},
		{"env-unknown", "a variable matches no value: an error with `unknown: error`; else `validate` warns if the name resembles another one"},
	}},
	{"Templates (65, 76)", []meaning{
		{"template-syntax", "the template cannot be parsed"},
		{"unknown-function forbidden-function", "there is no such function; or its result would differ on each run"},
		{"missing-value", "a value that is not there is printed, or given to a function that works on it"},
		{"raw-map raw-list raw-value", "a map or list printed without toYaml or toJson"},
		{"wrong-type bad-argument bad-format number-range not-a-function", "an expression does not fit its operands"},
		{"function", "a function failed; once a secret was read, its own words are held back"},
		{"fail required", "the template ended the run"},
		{"truthy-text", "text that reads as false, like `\"false\"` of a variable, in a truth test"},
		{"read-only", "`set` or `unset` on the values"},
		{"no-template no-variable no-file no-method", "a name that is not defined"},
		{"envsubst-syntax", "not one of the forms of `${NAME}`"},
		{"secret-name", "a file name would be made of a secret"},
		{"bad-each", "`each:` leads to nothing that has items"},
		{"format", "values that the format of the file cannot hold"},
		{"output-check", "what was rendered does not parse, or violates its schema"},
		{"output-size text-size list-size template-size", "a template makes or is too much"},
		{"time-limit heap-limit", "the run took longer than `limits: {time}`, or more memory than `limits: {heap}` or the container allow; the text names what was at work"},
	}},
	{"Manifests (65, 66, 76)", []meaning{
		{"no-manifests no-container", "the manifests of `-f` have no object, or no container that runs confit (66)"},
		{"manifest-syntax alias-loop", "a manifest cannot be parsed, or has an alias that stands for a value around it"},
		{"manifest-count", "there are more documents than confit reads (76)"},
		{"manifest", "a field of a manifest that the cluster refuses, ignores or reads differently"},
		{"duplicate-object", "two objects of one kind and name, with different content"},
		{"not-text", "a value of a ConfigMap or Secret is no text: a number or a bool needs quotes"},
		{"object-size", "a ConfigMap or Secret is larger than the cluster takes"},
		{"bad-base64", "a value under `data:` of a Secret or `binaryData:` is not base64"},
		{"immutable", "an immutable ConfigMap or Secret has other content under the same name"},
		{"missing-object", "a ConfigMap or Secret that a pod needs is not in the manifests (66)"},
		{"missing-key", "a ConfigMap or Secret lacks a key that a pod needs (66), or has it where it cannot be used"},
		{"subpath-expr", "a `subPathExpr` that gives no path: the container would not start"},
		{"volume-path", "two files of a volume on one path, or one on a path that a volume cannot have"},
		{"nested-mount", "a mount inside of another one that the container would not start with"},
		{"file-key", "a `fileKeyRef` of the pod finds no key in the file that confit writes"},
		{"sink-lost sink-read-only", "the files of a sink would be lost with the container, or cannot be written"},
		{"restart-rule", "`watch` would end after a change with a status for which no `restartPolicyRules` of its container restart the pod"},
		{"signal-process", "`watch` would signal a process of another container, and the pod has no `shareProcessNamespace: true`"},
		{"signal-user", "`watch` would signal a process of another user, which only root may"},
		{"sink-name", "two containers write different files into one directory, and their specs have the same name"},
		{"sink-unread", "no container of the application mounts the volume of a sink"},
		{"subpath-missing", "a `subPath` of the application names no output: the kubelet makes an empty directory there"},
		{"output-unseen", "no container sees an output, because each mount of its volume shows another one with `subPath`"},
		{"sink-size", "the outputs are more than their volume or the memory of the container may hold"},
		{"sink-writable", "an application can change what confit wrote"},
		{"unreadable", "the user of an application may not read the outputs"},
		{"unused-mount", "a volume is mounted for confit, and the spec does not use it"},
		{"unused-variable", "a variable of a confit container that no source of its spec reads"},
		{"stand-in", "a value that only a cluster knows has another one in its place"},
		{"not-simulated", "a container was left out: what it does cannot be told from its manifest"},
	}},
	{"Git (65, 66, 69, 76, 77)", []meaning{
		{"git-url", "the URL is not one that confit takes (78)"},
		{"git-auth", "the Secret of `auth:` does not hold what its kind needs, or the server does not accept it"},
		{"git-host-key", "the key of the ssh server is not in `known_hosts`, is another one, or is revoked"},
		{"git-tls", "the certificate of the server cannot be verified"},
		{"git-redirect", "the server sends to another origin, or to a page that is no repository"},
		{"git-proxy", "the proxy variable that counts for the host is no URL (78), or the proxy lets nothing through to the host (69)"},
		{"git-not-found", "the server has no such repository, or none that this account may see"},
		{"git-remote", "the server did not answer, broke off, or says no; what may pass was tried again"},
		{"git-empty", "the repository has no commit"},
		{"git-format", "the repository names its objects by SHA-256"},
		{"git-ref", "the repository has no such branch or tag, or has both; or the name leads to a tree or blob and not to a commit"},
		{"git-refs", "the server advertises more refs than confit reads (76)"},
		{"git-pack", "what the server sent is cut off or damaged (69): asking again may help"},
		{"git-limit", "a pack, a file, their number or the depth of directories is beyond `limits: {git: …}` (76)"},
		{"git-collision", "an object was made to have the SHA-1 of another one (77)"},
		{"git-path", "`path:` is no directory of the commit (66)"},
		{"git-tree", "a directory of the commit has a name or an order that is not safe everywhere: `.git` in any spelling; or, where it is needed, a backslash or control character, or a name that differs from another only in case"},
		{"git-symlink", "a symlink that is absolute, leads out of the directory, to nothing, or in a circle"},
		{"git-submodule", "a submodule: its files are in another repository"},
		{"git-lfs", "a pointer of Git LFS: its file is elsewhere"},
		{"encrypted", "cipher text of SOPS, Ansible Vault, git-crypt or hiera-eyaml in place of a value or file (65)"},
		{"git-pin", "a pinned tag has moved (77): somebody made it point at another commit; or the commit is not behind `ref:`, or is the hash of a tag"},
		{"offline", "`validate` fetches nothing unless `--allow-network` is given (64)"},
	}},
	{"Git signatures (77, 78)", []meaning{
		{"git-signature", "the commit or tag is not signed, not by a key that is trusted and valid, or is not what was signed (77)"},
		{"git-keys", "a file of public keys or allowed signers cannot be used as it is (78)"},
	}},
	{"Publishing (73, 74, 75)", []meaning{
		{"output-in-the-way", "something that confit did not write is where an output should go"},
		{"file-io", "a file of a Git source could not be read back from the output directory, where it was put aside"},
		{"output-io", "reading or writing the directory failed; nothing was changed"},
		{"output-unfinished", "the commit began and could not be ended; the next run ends it"},
		{"output-busy", "another run holds the directory"},
		{"report-io", "a file of `validate --report`, or the page of `report`, cannot be written (74)"},
		{"state-size", "to read what an earlier run left would take more memory than the container has left (76)"},
		{"notify", "the application did not take the request or the signal of `watch` (69)"},
		{"watch-exit", "`watch --exit` publishes nothing, and nothing is published yet (66)"},
		{"watch-check", "no watcher answers `watch --check`, or it is not well (69)"},
	}},
	{"Warnings of validate", []meaning{
		{"unread-value", "no output reads the value, and neither a template nor the schema names it"},
		{"unset-value", "a template asks for a value that nobody sets, under a name that resembles one that is set"},
		{"idle-source", "no output needs anything of the source"},
	}},
	{"A mistake in confit (70)", []meaning{
		{"bug", "a mistake in confit: please report it"},
	}},
}

// Meaning is the sentence of a code; it is never empty.
func Meaning(code string) string {
	if _, text := find(code); text != "" {
		return text
	}
	return "a problem without a code of its own"
}

// find gives the section and the sentence of a code; both are empty for no code.
func find(code string) (title, text string) {
	for _, s := range sections {
		for _, m := range s.rows {
			if slices.Contains(strings.Fields(m.codes), code) {
				return s.title, m.text
			}
		}
	}
	return "", ""
}

// Codes lists all codes.
func Codes() []string {
	var all []string
	for _, s := range sections {
		for _, m := range s.rows {
			all = append(all, strings.Fields(m.codes)...)
		}
	}
	return all
}

// Explain says what a code means, for a terminal. It is false for no code.
func Explain(code string) (text string, ok bool) {
	title, text := find(code)
	group, statuses := cutStatuses(title)
	if statuses != "" {
		group += "; exit status " + strings.ReplaceAll(statuses, ", ", " or ")
	}
	return code + ": " + text + "\n  " + group + "\n", title != ""
}

// OfStatus lists the codes of the sections that have an exit status.
func OfStatus(status string) []string {
	var all []string
	for _, s := range sections {
		if _, statuses := cutStatuses(s.title); slices.Contains(strings.Split(statuses, ", "), status) {
			for _, m := range s.rows {
				all = append(all, strings.Fields(m.codes)...)
			}
		}
	}
	return all
}

// cutStatuses cuts the title of a section into its name and its statuses.
func cutStatuses(title string) (name, statuses string) {
	name, statuses, _ = strings.Cut(strings.TrimSuffix(title, ")"), " (")
	return name, statuses
}

// List lists the codes by section.
func List() string {
	var b strings.Builder
	for _, s := range sections {
		var codes []string
		for _, m := range s.rows {
			codes = append(codes, m.codes)
		}
		b.WriteString(s.title + "\n  " + strings.ReplaceAll(diag.Wrap(strings.Join(codes, " "), 78), "\n", "\n  ") + "\n")
	}
	return b.String()
}
