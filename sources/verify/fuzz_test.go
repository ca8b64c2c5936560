package verify

import (
	"strings"
	"testing"
)

// FuzzCheck holds that only what was signed is accepted, whatever is around it. The keys are
// others in each process: in the input, a control character stands for a signature.
func FuzzCheck(f *testing.F) {
	pgp, sig := pgpHand(f), sshHand(f)
	keys := Keys{certificates: pgp.keys.certificates, allowedSigners: sig.keys.allowedSigners}
	var put []string
	for i, h := range []hand{pgp, sig} {
		commit, tag := string(rune(1+2*i)), string(rune(2+2*i))
		put = append(put, commit, inHeader("gpgsig", h.sign([]byte(commitHead+message))), tag, h.sign([]byte(tagText)))
		f.Add(true, commitHead+commit+message)
		f.Add(false, tagText+tag)
	}
	signatures := strings.NewReplacer(put...)
	f.Fuzz(func(t *testing.T, commit bool, text string) {
		kind, signed, object := "tag", tagText, []byte(signatures.Replace(text))
		if commit {
			kind, signed = "commit", commitHead+message
		}
		_, err := keys.Check(kind, kind, object, now())
		if err != nil {
			refusal(t, err)
		} else if got, _ := parseObject(kind, object); string(got.payload) != signed {
			t.Errorf("accepted: %q", object)
		}
	})
}

// FuzzSignature holds that no bytes within the armor are a signature of a text that nobody
// signed, and that each is refused as a problem of trust.
func FuzzSignature(f *testing.F) {
	pgp, sig := pgpHand(f), sshHand(f)
	keys := Keys{certificates: pgp.keys.certificates, allowedSigners: sig.keys.allowedSigners}
	for kind, h := range map[string]hand{"PGP SIGNATURE": pgp, "SSH SIGNATURE": sig} {
		data, err := dearmor([]byte(h.sign([]byte(commitHead+message))), kind)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, begin := range []string{beginPGP + "\n", beginSSH} {
			end := strings.Replace(strings.TrimSpace(begin), "BEGIN", "END", 1)
			object := commitHead + inHeader("gpgsig", begin+pemBody(data)+end+"\n") + "\nanother message\n"
			_, err := keys.Check("commit", "commit", []byte(object), now())
			refusal(t, err)
		}
	})
}

// FuzzKeys holds that key files are accepted or refused with a problem, and never crash.
func FuzzKeys(f *testing.F) {
	e := newEntity(f, made())
	f.Add(public(f, e), []byte("a "+authorized(newSSH(f).PublicKey())))
	f.Add([]byte(armorKey(f, public(f, e))), []byte(`a,"b c" cert-authority,namespaces="git",valid-after="20200101" `+authorized(newSSH(f).PublicKey())))
	f.Fuzz(func(t *testing.T, ring, list []byte) {
		for _, files := range [][2][]File{{{{"k", ring}}, nil}, {nil, {{"s", list}}}} {
			keys, err := ParseKeys(files[0], files[1])
			problems(t, err)
			if (err == nil) != (len(keys.certificates)+len(keys.allowedSigners) > 0) {
				t.Errorf("%d keys and %v", len(keys.certificates)+len(keys.allowedSigners), err)
			}
			if err == nil {
				_, err := keys.Check("tag", "tag", []byte(tagText+beginSSH), now())
				refusal(t, err)
			}
		}
	})
}
