package pack

import "encoding/binary"

// A delta makes an object out of another one: "copy so many bytes from there" and "insert
// these", as gitformat-pack(5) has it.
type delta struct {
	from, to int64 // bytes of the base and of the result
	steps    []byte
}

func parseDelta(data []byte) (d delta, ok bool) {
	var from, to uint64
	from, n := binary.Uvarint(data)
	if n <= 0 {
		return d, false
	}
	to, m := binary.Uvarint(data[n:])
	if m <= 0 || from>>62 != 0 || to>>62 != 0 {
		return d, false
	}
	return delta{int64(from), int64(to), data[n+m:]}, true
}

// fits tells whether every step stays within the base and their sum is the result, before
// any memory is spent on it.
func (d delta) fits(base []byte) bool {
	if d.from != int64(len(base)) {
		return false
	}
	var sum int64
	for rest := d.steps; len(rest) > 0; {
		s, ok := nextStep(rest)
		if !ok || s.copies && s.start+s.count > d.from {
			return false
		}
		sum += s.count
		rest = s.rest
	}
	return sum == d.to
}

// apply appends the result to out, for a delta that fits.
func (d delta) apply(base, out []byte) []byte {
	for rest := d.steps; len(rest) > 0; {
		s, _ := nextStep(rest)
		if s.copies {
			out = append(out, base[s.start:s.start+s.count]...)
		} else {
			out = append(out, s.insert...)
		}
		rest = s.rest
	}
	return out
}

type step struct {
	copies       bool
	start, count int64
	insert, rest []byte
}

func nextStep(p []byte) (s step, ok bool) {
	op := p[0]
	p = p[1:]
	if op&0x80 == 0 {
		n := int(op)
		if n == 0 || n > len(p) { // 0 is reserved
			return s, false
		}
		return step{count: int64(n), insert: p[:n], rest: p[n:]}, true
	}
	s.copies = true
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
			s.count |= int64(p[0]) << (8 * (bit - 4))
		}
		p = p[1:]
	}
	if s.count == 0 {
		s.count = 0x10000
	}
	s.rest = p
	return s, true
}
