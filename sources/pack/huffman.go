package pack

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
	var count, from [maxBits + 1]int
	for _, n := range lengths {
		count[n]++
	}
	longest, left := uint(0), 0 // left is how many codes of the longest length there are still
	for n, all := uint(1), 1; n <= maxBits; n++ {
		from[n] = from[n-1] + count[n-1]
		if all = 2*all - count[n]; all < 0 {
			return false
		}
		if count[n] > 0 {
			longest, left = n, all
		}
	}
	if longest > 1 && left > 0 {
		return false
	}
	var symbols [288]uint16 // by length
	for symbol, n := range lengths {
		symbols[from[n]] = uint16(symbol)
		from[n]++
	}
	t.look, t.second = look, t.second[:0]
	t.fill(symbols[count[0]:len(lengths)], count[1:longest+1], of)
	return true
}

// fill enters the codes of symbols, so many of one bit, of two bits and so on. A code of n
// bits fills the table wherever it is what the next bits begin with: the table for n bits
// is twice the one for a bit less, and then come its own.
func (t *table) fill(symbols []uint16, count []int, of func(symbol int) codeword) {
	t.first[0] = 0
	size, code := 1, 0 // the first bit of a code is its lowest
	for i, many := range count {
		n := uint(i + 1)
		if n <= t.look {
			size += copy(t.first[size:], t.first[:size])
		}
		for _, symbol := range symbols[:many] {
			if e := of(int(symbol)); n <= t.look {
				t.first[code] = e | codeword(n)
			} else {
				t.addLong(e, code, n, uint(len(count)))
			}
			for bit := 1 << (n - 1); bit > 0; bit >>= 1 { // the next code: one more, from the highest bit on
				if code ^= bit; code&bit != 0 {
					break
				}
			}
		}
		symbols = symbols[many:]
	}
	for size < 1<<t.look {
		size += copy(t.first[size:], t.first[:size])
	}
}

// addLong enters a code that needs a second look.
func (t *table) addLong(e codeword, code int, n, longest uint) {
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
