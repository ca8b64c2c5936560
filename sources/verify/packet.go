package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The types of packets in keys and signatures (RFC 9580, section 5).
const (
	tagSignature    = 2
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagSecretSubkey = 7
	tagTrust        = 12
	tagUserID       = 13
	tagPublicSubkey = 14
	tagUserAttr     = 17

	subpacketEmbedded = 32
)

// A rawPacket is a packet whose header is parsed. The library parses any packets; reading their
// headers before the library does limits it to the expected ones.
type rawPacket struct {
	tag  byte
	body []byte
	size int // including the header
}

// errTruncated completes "the signature …", as do the other errors of this file.
func errTruncated() error { return errors.New("ends within a packet") }

// readPacket reads the first packet of data. It refuses packets of indefinite length, which no
// signature and no key needs.
func readPacket(data []byte) (rawPacket, error) {
	if len(data) < 2 {
		return rawPacket{}, errTruncated()
	}
	if data[0]&0x80 == 0 {
		return rawPacket{}, errors.New("holds something that is no OpenPGP packet")
	}
	p := rawPacket{tag: data[0] & 0x3f}
	start, octets, add := 1, 0, 0 // of the length: its offset, its size, and the number to add
	switch first := int(data[1]); {
	case data[0]&0x40 == 0:
		p.tag = data[0] >> 2 & 0xf
		octets = []int{1, 2, 4, 0}[data[0]&3]
	case first < 192:
		octets = 1
	case first < 224:
		octets, add = 2, 192-192<<8
	case first == 255:
		start, octets = 2, 4
	}
	if octets == 0 {
		return p, errors.New("holds a packet without a length")
	}
	if len(data) < start+octets {
		return p, errTruncated()
	}
	n := add
	for _, b := range data[start : start+octets] {
		n += int(b) << (8 * (octets - 1))
		octets--
		start++
	}
	if n > len(data)-start {
		return p, errTruncated()
	}
	p.body, p.size = data[start:start+n], start+n
	return p, nil
}

// checkSignaturePacket refuses all but one version 4 signature of binary data by a hash that is
// not broken. It refuses version 6, and signatures embedded in others, since the library
// allocates up to 4 GiB on the word of their length fields.
func checkSignaturePacket(data []byte) error {
	p, err := readPacket(data)
	switch {
	case err != nil:
		return err
	case p.tag != tagSignature:
		return errors.New("holds something that is no signature")
	case p.size != len(data):
		return errors.New("is followed by something")
	case len(p.body) < 6:
		return errTruncated()
	case p.body[0] != 4:
		return fmt.Errorf("has version %d, not 4", p.body[0])
	case p.body[1] != 0:
		return fmt.Errorf("is of type 0x%02x, not over bytes as they are", p.body[1])
	}
	if weak := map[byte]string{1: "MD5", 2: "SHA-1", 3: "RIPEMD-160"}[p.body[3]]; weak != "" {
		return errors.New("was made with " + weak + ", which is broken")
	}
	rest := p.body[4:]
	for range 2 { // the hashed and the unhashed subpackets
		if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
			return errTruncated()
		}
		n := int(binary.BigEndian.Uint16(rest))
		if err := checkSubpackets(rest[2 : 2+n]); err != nil {
			return err
		}
		rest = rest[2+n:]
	}
	return nil
}

func checkSubpackets(data []byte) error {
	for len(data) > 0 {
		size, n := 1, int(data[0])
		switch {
		case data[0] == 255 && len(data) >= 5:
			size, n = 5, int(binary.BigEndian.Uint32(data[1:]))
		case data[0] >= 192 && data[0] < 255 && len(data) >= 2:
			size, n = 2, int(data[0]-192)<<8+int(data[1])+192
		}
		if n == 0 || n > len(data)-size {
			return errors.New("has malformed subpackets")
		}
		if data[size]&0x7f == subpacketEmbedded {
			return errors.New("has another signature in it")
		}
		data = data[size+n:]
	}
	return nil
}
