package pack

import "encoding/binary"

// A delta builds an object from a base with instructions to copy bytes of the base and to
// insert literal bytes (gitformat-pack(5), "Deltified representation").
type delta struct {
	baseSize, resultSize int64 // bytes
	instructions         []byte
}

func parseDelta(data []byte) (d delta, ok bool) {
	base, n := binary.Uvarint(data)
	if n <= 0 {
		return d, false
	}
	result, m := binary.Uvarint(data[n:])
	if m <= 0 || base>>62 != 0 || result>>62 != 0 {
		return d, false
	}
	return delta{int64(base), int64(result), data[n+m:]}, true
}

// fits says whether each instruction stays within the base and all of them add up to the
// result. It allocates nothing.
func (d delta) fits(base []byte) bool {
	if d.baseSize != int64(len(base)) {
		return false
	}
	var sum int64
	for rest := d.instructions; len(rest) > 0; {
		s, ok := nextInstruction(rest)
		if !ok || s.isCopy && s.start+s.size > d.baseSize {
			return false
		}
		sum += s.size
		rest = s.rest
	}
	return sum == d.resultSize
}

// apply appends the result to out. The delta must fit the base.
func (d delta) apply(base, out []byte) []byte {
	for rest := d.instructions; len(rest) > 0; {
		s, _ := nextInstruction(rest)
		if s.isCopy {
			out = append(out, base[s.start:s.start+s.size]...)
		} else {
			out = append(out, s.literal...)
		}
		rest = s.rest
	}
	return out
}

type instruction struct {
	isCopy        bool
	start, size   int64
	literal, rest []byte
}

func nextInstruction(p []byte) (s instruction, ok bool) {
	op := p[0]
	p = p[1:]
	if op&0x80 == 0 {
		n := int(op)
		if n == 0 || n > len(p) { // 0 is reserved
			return s, false
		}
		return instruction{size: int64(n), literal: p[:n], rest: p[n:]}, true
	}
	s.isCopy = true
	for bit := range 7 {
		if op>>bit&1 == 0 {
			continue
		}
		if len(p) == 0 {
			return s, false
		}
		if bit < 4 {
			s.start |= int64(p[0]) << (8 * bit)
		} else {
			s.size |= int64(p[0]) << (8 * (bit - 4))
		}
		p = p[1:]
	}
	if s.size == 0 {
		s.size = 0x10000
	}
	s.rest = p
	return s, true
}
