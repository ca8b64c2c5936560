package verify

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// dearmor decodes text, which must be one whole armored block. Only line feeds may follow. It
// reads the armor of OpenPGP (RFC 9580, section 6.2), and that of SSH (PROTOCOL.sshsig), which
// has neither headers nor a checksum. Its errors complete "the signature …".
func dearmor(text []byte, kind string) ([]byte, error) {
	body, ok := bytes.CutPrefix(text, []byte("-----BEGIN "+kind+"-----\n"))
	body, rest, found := bytes.Cut(body, []byte("\n-----END "+kind+"-----"))
	if !ok || !found {
		return nil, errors.New("has no end")
	}
	if len(bytes.Trim(rest, "\n")) > 0 {
		return nil, errors.New("has something after its end")
	}
	lines := strings.Split(string(body), "\n")
	checksum := ""
	if kind != "SSH SIGNATURE" {
		n := slices.Index(lines, "")
		if n < 0 || slices.ContainsFunc(lines[:n], func(l string) bool { return !strings.Contains(l, ": ") }) {
			return nil, errors.New("has malformed armor headers")
		}
		lines = lines[n+1:]
		if last := len(lines) - 1; last >= 0 && strings.HasPrefix(lines[last], "=") {
			checksum, lines = lines[last], lines[:last]
		}
	}
	// The decoder skips CR and LF, so a CR must not be left.
	b64 := strings.Join(lines, "")
	data, err := base64.StdEncoding.Strict().DecodeString(b64)
	if err != nil || len(data) == 0 || strings.Contains(b64, "\r") {
		return nil, errors.New("is not base64")
	}
	if checksum != "" && checksum != crc24(data) {
		return nil, errors.New("does not match its checksum")
	}
	return data, nil
}

// crc24 returns the checksum line of RFC 9580, section 6.1.
func crc24(data []byte) string {
	crc := uint32(0xB704CE)
	for _, b := range data {
		crc ^= uint32(b) << 16
		for range 8 {
			crc <<= 1
			if crc&0x1000000 != 0 {
				crc ^= 0x1864CFB
			}
		}
	}
	return "=" + base64.StdEncoding.EncodeToString([]byte{byte(crc >> 16), byte(crc >> 8), byte(crc)})
}
