package verify

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The packets of OpenPGP that have a meaning here (RFC 9580, section 5).
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

// A rawPacket is what a packet's header says about it. The library that verifies reads
// whatever packets come; this is how we know before what it will see.
type rawPacket struct {
	tag  byte
	body []byte
	size int // with the header
}

// errShort completes "the signature …".
func errShort() error { return errors.New("ends within a packet") }

// readPacket reads the packet that data begins with. Packets of no definite length are
// refused: signatures and keys have none.
func readPacket(data []byte) (rawPacket, error) {
	if len(data) < 2 {
		return rawPacket{}, errShort()
	}
	if data[0]&0x80 == 0 {
		return rawPacket{}, errors.New("holds something that is no OpenPGP packet")
	}
	p := rawPacket{tag: data[0] & 0x3f}
	start, octets, add := 1, 0, 0 // the length: where, how long, and what is to be added
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
		return p, errShort()
	}
	n := add
	for _, b := range data[start : start+octets] {
		n += int(b) << (8 * (octets - 1))
		octets--
		start++
	}
	if n > len(data)-start {
		return p, errShort()
	}
	p.body, p.size = data[start:start+n], start+n
	return p, nil
}

// checkSignaturePacket says why data is not one version 4 signature over bytes as they are,
// by an algorithm that is not known to be weak. Version 6 is not accepted since the library
// allocates what its length fields ask for, up to 4 GiB, and so does one that is embedded.
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
		return errShort()
	case p.body[0] != 4:
		return fmt.Errorf("has version %d, not 4", p.body[0])
	case p.body[1] != 0:
		return fmt.Errorf("is of type 0x%02x, not over bytes as they are", p.body[1])
	}
	if weak := map[byte]string{1: "MD5", 2: "SHA-1", 3: "RIPEMD-160"}[p.body[3]]; weak != "" {
		return errors.New("was made with " + weak + ", which is broken")
	}
	rest := p.body[4:]
	for range 2 { // the subpackets that are hashed, and those that are not
		if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
			return errShort()
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
