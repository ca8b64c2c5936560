package diag

import (
	"encoding/json"
	"testing"
)

func TestEscapeLine(t *testing.T) {
	for text, want := range map[string]string{
		"a ## b [c] é 日本":                    "a ## b [c] é 日本",
		"a\nb\tc\r":                          `a\nb\tc\r`,
		"\x1b[2J\a\x7f":                      `\x1b[2J\x07\x7f`,
		"\u0085\u2028\u202e\u00ad\U000e0001": `\u0085\u2028\u202e\u00ad\U000e0001`,
		"bad \xff":                           `bad \xff`,
		"::error::x":                         `:\x3aerror::x`,
		" \u00a0::x::y":                      " \u00a0" + `:\x3ax::y`,
		"[::1]:443":                          "[::1]:443",
		"x ##vso[a]#":                        `x \x23\x23vso[a]\x23`,
		"#\ufe0f#[a":                         `\x23` + "\ufe0f" + `\x23[a`,
	} {
		if got := EscapeLine(text); got != want || EscapeLine(got) != got {
			t.Errorf("EscapeLine(%q) = %q, want %q", text, got, want)
		}
	}
	if got, want := EscapeControls("+a\t\x1b\n ::x::\n##[y]\n"), "+a\t"+`\x1b`+"\n "+`:\x3ax::`+"\n"+`\x23\x23[y]`+"\n"; got != want {
		t.Errorf("Visible gives %q, want %q", got, want)
	}
	if got, want := Quoted("x ##[a]"), `"x \x23\x23[a]"`; got != want {
		t.Errorf("Quoted gives %q, want %q", got, want)
	}
}

func TestEscapeJSON(t *testing.T) {
	const text = "a # ##vso[x] \u0085\u202e\U000e0001\x7f é\n\x1b\u2028"
	encoded, err := json.Marshal(map[string]string{text: text})
	if err != nil {
		t.Fatal(err)
	}
	safe := EscapeJSON(encoded)
	var got map[string]string
	if err := json.Unmarshal(safe, &got); err != nil || got[text] != text {
		t.Errorf("EscapeJSON gives %q: %q, %v", safe, got, err)
	}
	if want := `a \u0023 \u0023\u0023vso[x] \u0085\u202e\udb40\udc01\u007f é\n\u001b\u2028`; string(safe) != `{"`+want+`":"`+want+`"}` {
		t.Errorf("EscapeJSON gives %s", safe)
	}
}
