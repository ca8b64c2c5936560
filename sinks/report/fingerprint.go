package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"confit/render/diag"
)

// number matches the number of a line or column in a text.
var number = diag.LazyRegexp(`\b(lines?|columns?) \d+|:\d+`)

// fingerprints are what platforms know findings by, from one commit to the next. They are
// unique, and a line that is inserted above a finding does not change its own: findings that
// are equal but for their lines are counted.
func fingerprints(all []Finding) []string {
	seen := map[string]int{}
	prints := make([]string, len(all))
	for i := range all {
		f := &all[i]
		parts := append([]string{f.Code, f.File, f.Text, strings.TrimSpace(f.Source)}, f.Notes...)
		h := sha256.New()
		for j, part := range parts {
			if j != 1 && j != 3 {
				part = number().ReplaceAllString(part, "$1")
			}
			h.Write([]byte(strconv.Quote(part)))
		}
		key := hex.EncodeToString(h.Sum(nil)[:16])
		seen[key]++
		prints[i] = key + ":" + strconv.Itoa(seen[key])
	}
	return prints
}
