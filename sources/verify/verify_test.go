package verify

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	someHash   = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
	commitHead = "tree " + someHash + "\nparent " + someHash + "\nauthor A <a@example.com> 1790000000 +0000\ncommitter A <a@example.com> 1790000000 +0000\n"
	tagText    = "object " + someHash + "\ntype commit\ntag v1\ntagger A <a@example.com> 1790000000 +0000\n\nthe tag\n"
	message    = "\nthe message\n"
)

// now is when the tests check; made is when they sign, and what the objects are dated.
func made() time.Time { return time.Unix(1790000000, 0) }
func now() time.Time  { return made().Add(24 * time.Hour) }

func TestAccepted(t *testing.T) {
	for name, h := range hands(t) {
		t.Run(name, func(t *testing.T) {
			for _, head := range []string{
				commitHead,
				strings.Replace(commitHead, "parent "+someHash+"\n", "", 1),
				commitHead + "encoding ISO-8859-1\nchange-id x\nmergetag object " + someHash + "\n type commit\n \n -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\nmergetag x\n",
			} {
				s, err := h.keys.Check("commit", "commit 4b825dc", h.commit(head, message+"-----BEGIN PGP SIGNATURE-----\n"), now())
				if err != nil || !strings.Contains(s.Name, "@example.com") || s.Key == "" {
					t.Errorf("Check(%q) = %v, %v", head, s, err)
				}
			}
			s, err := h.keys.Check("tag", "tag v1", h.tag(tagText), now())
			if err != nil || s.Tag != "v1" || s.Object != someHash {
				t.Errorf("Check(tag) = %v, %v", s, err)
			}
		})
	}
}

// TestHostileCommits signs what is said to be signed, properly, by a trusted key: the
// object alone must be the reason for the refusal.
func TestHostileCommits(t *testing.T) {
	for name, h := range hands(t) {
		sign := func(text string) string { return inHeader("gpgsig", h.sign([]byte(text))) }
		good := sign(commitHead + message)
		tests := map[string]struct{ object, want string }{
			"unsigned":                  {commitHead + message, "not signed"},
			"empty":                     {"", "no empty line"},
			"signature in message":      {commitHead + "\n" + good, "not signed"},
			"signature after headers":   {commitHead + message + good, "not signed"},
			"two signatures":            {commitHead + good + good + message, "several"},
			"two apart":                 {commitHead + good + "x y\n" + good + message, "several"},
			"two blocks":                {commitHead + inHeader("gpgsig", strings.Repeat(h.sign([]byte(commitHead+message)), 2)) + message, "after its end"},
			"other hash as well":        {commitHead + good + strings.Replace(good, "gpgsig", "gpgsig-sha256", 1) + message, "another hash"},
			"other hash only":           {commitHead + strings.Replace(good, "gpgsig", "gpgsig-sha256", 1) + message, "another hash"},
			"text after the signature":  {commitHead + strings.TrimSuffix(good, "\n") + "\n x\n" + message, "after its end"},
			"text before the signature": {commitHead + strings.Replace(good, "gpgsig ", "gpgsig x\n ", 1) + message, "neither"},
			"no end":                    {commitHead + good[:100] + "\n" + message, "no end"},
			"two trees":                 {string(h.commit("tree "+someHash+"\n"+commitHead, message)), "no author"},
			"two authors":               {string(h.commit(strings.Replace(commitHead, "committer", "author A <a@example.com> 1790000000 +0000\ncommitter", 1), message)), "no committer"},
			"two committers":            {string(h.commit(commitHead+"committer A <a@example.com> 1790000000 +0000\n", message)), "twice"},
			"late tree":                 {string(h.commit(commitHead+"tree "+someHash+"\n", message)), "out of place"},
			"late parent":               {string(h.commit(commitHead+"parent "+someHash+"\n", message)), "out of place"},
			"encoding twice":            {string(h.commit(commitHead+"encoding x\nencoding y\n", message)), "twice"},
			"signature first":           {good + commitHead + message, "no tree"},
			"continued committer":       {string(h.commit(commitHead+" x\n", message)), "committer is malformed"},
			"continued tree":            {string(h.commit(strings.Replace(commitHead, "\nparent", "\n x\nparent", 1), message)), "tree is malformed"},
			"begins with a space":       {string(h.commit(" x\n"+commitHead, message)), "rest of another"},
			"upper-case tree":           {string(h.commit(strings.ToUpper(commitHead[:45])+commitHead[45:], message)), "no tree"},
			"short tree":                {string(h.commit(strings.Replace(commitHead, "4b8", "4b", 1), message)), "tree is malformed"},
			"SHA-256 tree":              {string(h.commit(strings.Replace(commitHead, someHash, strings.Repeat("ab", 32), 1), message)), "SHA-256"},
			"carriage return":           {string(h.commit(strings.Replace(commitHead, "\n", "\r\n", 1), message)), "carriage return"},
			"all carriage returns":      {strings.ReplaceAll(commitHead+good+message, "\n", "\r\n"), "carriage return"},
			"message with CR":           {commitHead + good + strings.ReplaceAll(message, "\n", "\r\n")[1:], ""},
			"NUL":                       {string(h.commit(commitHead, message+"\x00")), "NUL"},
			"no date":                   {string(h.commit(strings.ReplaceAll(commitHead, "1790000000 ", ""), message)), "author is malformed"},
			"huge date":                 {string(h.commit(strings.ReplaceAll(commitHead, "1790000000", "99999999999999999999"), message)), "author is malformed"},
			"two mails":                 {string(h.commit(strings.ReplaceAll(commitHead, "> 17", "> 1 +0000 <b@example.com> 17"), message)), "author is malformed"},
			"dated tomorrow":            {string(h.commit(strings.ReplaceAll(commitHead, "1790000000", "1790090000"), message)), "future"},
			"header without value":      {string(h.commit(commitHead+"x\n", message)), "no value"},
			"changed message":           {commitHead + good + message + "x", "does not match"},
			"changed tree":              {strings.Replace(commitHead, "4b", "5b", 1) + good + message, "does not match"},
			"changed place":             {commitHead + "x y\n" + good + message, "does not match"},
			"signature of a tag":        {commitHead + sign(tagText) + message, "does not match"},
			"a tag":                     {string(h.tag(tagText)), "no tree"},
			"huge signature":            {commitHead + inHeader("gpgsig", "-----BEGIN PGP SIGNATURE-----\n\n"+strings.Repeat("A", 70000)) + message, "more than"},
			"S/MIME":                    {commitHead + inHeader("gpgsig", "-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----") + message, "neither"},
		}
		for what, test := range tests {
			t.Run(name+"/"+what, func(t *testing.T) {
				_, err := h.keys.Check("commit", "commit 4b825dc", []byte(test.object), now())
				if got := refusal(t, err); !strings.Contains(got, test.want) || !strings.HasPrefix(got, "commit 4b825dc: ") {
					t.Errorf("Check(%s): %q, want %q", what, got, test.want)
				}
			})
		}
	}
}

func TestHostileTags(t *testing.T) {
	for name, h := range hands(t) {
		sig := h.sign([]byte(tagText))
		nested := string(h.tag(strings.Replace(tagText, "type commit", "type tag", 1)))
		if by, err := h.keys.Check("tag", "tag v1", []byte(nested), now()); err != nil || by.Object != someHash {
			t.Errorf("Check of the tag of a tag = %v, %v, want its object", by, err)
		}
		tests := map[string]struct{ object, want string }{
			"unsigned":           {tagText, "not signed"},
			"of a blob":          {string(h.tag(strings.Replace(tagText, "type commit", "type blob", 1))), `tag of a "blob"`},
			"text after":         {tagText + sig + "more\n", "after its end"},
			"in the middle":      {tagText + sig + "\nmore\n" + sig, "several"},
			"two signatures":     {tagText + sig + sig, "several"},
			"quoted signature":   {string(h.tag(tagText + sig)), "several"},
			"quoted beginning":   {string(h.tag(tagText + "-----BEGIN PGP MESSAGE-----\n")), "several"},
			"signature header":   {string(h.tag(strings.Replace(tagText, "\n\n", "\n"+inHeader("gpgsig", sig)+"\n", 1))), "no tag has"},
			"other hash":         {string(h.tag(strings.Replace(tagText, "\n\n", "\n"+inHeader("gpgsig-sha256", sig)+"\n", 1))), "no tag has"},
			"two objects":        {string(h.tag("object " + someHash + "\n" + tagText)), "no type"},
			"no tagger":          {string(h.tag(strings.Replace(tagText, "tagger", "taggert", 1))), "no tagger"},
			"changed name":       {strings.Replace(tagText, "v1", "v2", 1) + sig, "does not match"},
			"CRLF signature":     {tagText + strings.ReplaceAll(sig, "\n", "\r\n"), ""},
			"CR in the message":  {strings.Replace(tagText, "the tag\n", "the tag\r\n", 1) + sig, "does not match"},
			"name of two lines":  {string(h.tag(strings.Replace(tagText, "tag v1\n", "tag v1\n v2\n", 1))), "tag is malformed"},
			"CR in the armor":    {tagText + strings.Replace(sig, "\n-----END", "\r\n-----END", 1), ""},
			"space before":       {tagText + " " + sig, "not signed"},
			"commit":             {string(h.commit(commitHead, message)), "no object"},
			"commit's signature": {tagText + h.sign([]byte(commitHead+message)), "does not match"},
		}
		for what, test := range tests {
			t.Run(name+"/"+what, func(t *testing.T) {
				_, err := h.keys.Check("tag", "tag v1", []byte(test.object), now())
				if got := refusal(t, err); !strings.Contains(got, test.want) {
					t.Errorf("Check(%s): %q, want %q", what, got, test.want)
				}
			})
		}
	}
}

// TestFlips changes every byte of signed objects in every bit: none that was signed may
// change, and where a change elsewhere is accepted, what was signed is still the same.
func TestFlips(t *testing.T) {
	for name, h := range hands(t) {
		for kind, object := range map[string][]byte{"commit": h.commit(commitHead, message), "tag": h.tag(tagText)} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				good, err := parseObject(kind, object)
				if err != nil {
					t.Fatal(err)
				}
				begin := bytes.Index(object, []byte("-----BEGIN"))
				if kind == "commit" {
					begin -= len("gpgsig ")
				}
				end := begin + len(object) - len(good.payload)
				for at := range object {
					for bit := range 8 {
						bad := slices.Clone(object)
						bad[at] ^= 1 << bit
						if _, err := h.keys.Check(kind, kind, bad, now()); err != nil {
							refusal(t, err)
							continue
						}
						got, _ := parseObject(kind, bad)
						if at < begin || at >= end || !bytes.Equal(got.payload, good.payload) {
							t.Fatalf("byte %d, bit %d changed, and accepted: %q", at, bit, bad)
						}
					}
				}
			})
		}
	}
}

func TestUntrusted(t *testing.T) {
	for name, h := range hands(t) {
		for other, keys := range map[string]Keys{"nobody": {}, "OpenPGP": pgpHand(t).keys, "SSH": sshHand(t).keys} {
			_, err := keys.Check("commit", "commit\n::x", h.commit(commitHead, message), now())
			if got := refusal(t, err); !strings.Contains(got, "trusted") || strings.Contains(got, "\n") || strings.Contains(got, "::x") {
				t.Errorf("%s signed, %s is trusted: %q", name, other, got)
			}
		}
	}
	if _, err := pgpHand(t).keys.Check("blob", "x", []byte(commitHead+message), now()); err == nil {
		t.Error("Check(blob) accepts")
	}
}
