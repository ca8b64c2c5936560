package pack

import "math/bits"

// How many bits the first look at a table takes in. Codes that are longer need a second.
const (
	litBits  = 10
	distBits = 8
	codeBits = 7
	maxBits  = 15 // of any code
)

// A codeword is what a table says of the next bits: how many of them are the code's, how many
// after it are to be added to its value, and the value. A codeword without a flag is that of
// a second table (extra tells its size), of the end of a block (with a value), or of no code.
type codeword uint32

const (
	isLiteral codeword = 1 << 6
	isMatch   codeword = 1 << 7
)

func newCodeword(flag codeword, value, extra int) codeword {
	return flag | codeword(extra)<<8 | codeword(value)<<16
}

func (e codeword) bits() uint  { return uint(e) & 15 }
func (e codeword) extra() uint { return uint(e) >> 8 & 15 }
func (e codeword) value() int  { return int(e >> 16) }

// What the symbols of lengths stand for (RFC 1951, 3.2.5).
var (
	lengthBase  = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra = [29]uint8{8: 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
)

// litSymbol is a symbol of the first alphabet: a byte, the end, or a length.
func litSymbol(symbol int) codeword {
	switch {
	case symbol < 256:
		return newCodeword(isLiteral, symbol, 0)
	case symbol == 256:
		return newCodeword(0, 1, 0)
	case symbol-257 < len(lengthBase):
		return newCodeword(isMatch, int(lengthBase[symbol-257]), int(lengthExtra[symbol-257]))
	}
	return 0
}

// distSymbol is a symbol of the second alphabet: a distance.
func distSymbol(symbol int) codeword {
	switch {
	case symbol < 4:
		return newCodeword(isMatch, symbol+1, 0)
	case symbol < 30:
		extra := symbol/2 - 1
		return newCodeword(isMatch, (2+symbol%2)<<extra+1, extra)
	}
	return 0
}

// codeSymbol is a symbol of the alphabet in which the other two are told.
func codeSymbol(symbol int) codeword { return newCodeword(isLiteral, symbol, 0) }

// A table decodes one alphabet.
type table struct {
	first  [1 << litBits]codeword // by the next bits: 1<<look of them are in use
	look   uint
	second []codeword // one after the other
}

// build makes the table of a code that is given by the lengths of its symbols (3.2.2). It
// is false for lengths that no code has; a code of one symbol, or of none, is allowed.
func (t *table) build(look uint, lengths []uint8, of func(symbol int) codeword) bool {
	var count [maxBits + 1]int
	for _, n := range lengths {
		count[n]++
	}
	var next [maxBits + 2]int // the next code of a length
	longest := 0
	for n := 1; n <= maxBits; n++ {
		if next[n]+count[n] > 1<<n {
			return false
		}
		next[n+1] = (next[n] + count[n]) << 1
		if count[n] > 0 {
			longest = n
		}
	}
	if longest > 1 && next[longest]+count[longest] != 1<<longest {
		return false
	}
	t.look, t.second = look, t.second[:0]
	clear(t.first[:1<<look])
	for symbol, n := range lengths {
		if n > 0 {
			t.add(of(symbol), next[n], uint(n), uint(longest))
			next[n]++
		}
	}
	return true
}

// add enters a code of n bits, the first of which is the highest, wherever it is what the
// next bits begin with.
func (t *table) add(e codeword, code int, n, longest uint) {
	code = int(bits.Reverse16(uint16(code)) >> (16 - n))
	if n <= t.look {
		for i := code; i < 1<<t.look; i += 1 << n {
			t.first[i] = e | codeword(n)
		}
		return
	}
	to, more := &t.first[code&(1<<t.look-1)], longest-t.look
	if *to == 0 {
		*to = newCodeword(0, len(t.second), int(more))
		t.second = append(t.second, make([]codeword, 1<<more)...)
	}
	for i := code >> t.look; i < 1<<more; i += 1 << (n - t.look) {
		t.second[to.value()+i] = e | codeword(n-t.look)
	}
}

// after is the codeword that the second look finds, at the bits after those of the first.
func (t *table) after(e codeword, bits uint64) codeword {
	return t.second[e.value()+int(bits&(1<<e.extra()-1))]
}
