package pack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

var errDeflate = errors.New("not a deflated stream")

// A deflateReader inflates streams (RFC 1951), one after the other. What they hold goes
// straight to where it stays (docs/decisions/004-inflate.md).
type deflateReader struct {
	in    *bufio.Reader
	src   []byte // what in holds
	pos   int    // so much of it is taken
	bits  uint64 // taken and not yet used, the next one lowest
	nbits int    // how many; what is above them is not to be trusted. Negative beyond the end

	out    []byte
	length int // of the whole

	lit, dist, code     table
	fixedLit, fixedDist table // made when first needed
}

const (
	matchBits = 48                  // of a length and a distance, at most
	maxMatch  = 258                 // bytes
	roomy     = 2 + (maxMatch+7)&^7 // what one round of block may write, as it copies by eights
)

// inflate appends what the stream holds, length bytes, to out, which is empty. Memory beyond
// its capacity is taken as the bytes arrive, not because a header asks for it.
func (d *deflateReader) inflate(out []byte, length int) ([]byte, error) {
	d.out, d.length = out, length
	d.src, d.pos, d.bits, d.nbits = nil, 0, 0, 0
	err := d.blocks()
	out, d.out = d.out, nil
	if err != nil {
		return nil, err
	}
	d.giveBack()
	if len(out) != length {
		return nil, errLength
	}
	return out, nil
}

func (d *deflateReader) blocks() error {
	for last := false; !last; {
		head, err := d.take(3)
		if err != nil {
			return err
		}
		last = head&1 != 0
		switch head >> 1 {
		case 0:
			err = d.stored()
		case 1:
			d.fixed()
			err = d.block(&d.fixedLit, &d.fixedDist)
		case 2:
			if err = d.dynamic(); err == nil {
				err = d.block(&d.lit, &d.dist)
			}
		default:
			err = errDeflate
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refill takes bytes until there are 48 bits or more, enough for any match; fewer at the
// end of the stream.
func (d *deflateReader) refill() {
	if d.pos+8 > len(d.src) {
		left := d.nbits / 8
		_, _ = d.in.Discard(d.pos - left)
		_, _ = d.in.Peek(left + 8) // waits for them
		d.src, _ = d.in.Peek(d.in.Buffered())
		d.pos = left
	}
	d.bits &= 1<<d.nbits - 1
	for ; d.nbits < 56 && d.pos < len(d.src); d.pos++ {
		d.bits |= uint64(d.src[d.pos]) << d.nbits
		d.nbits += 8
	}
}

// take gives the next n bits.
func (d *deflateReader) take(n int) (int, error) {
	if d.nbits < n {
		d.refill()
	}
	if d.nbits < n {
		return 0, io.ErrUnexpectedEOF
	}
	v := int(d.bits & (1<<n - 1))
	d.bits >>= n
	d.nbits -= n
	return v, nil
}

// giveBack leaves in the stream what comes after the byte that is being read.
func (d *deflateReader) giveBack() {
	_, _ = d.in.Discard(d.pos - d.nbits/8)
	d.src, d.pos, d.bits, d.nbits = nil, 0, 0, 0
}

// stored copies a block as it is (3.2.4).
func (d *deflateReader) stored() error {
	d.giveBack()
	head, err := d.in.Peek(4)
	if err != nil {
		return err
	}
	n, inverse := int(binary.LittleEndian.Uint16(head)), binary.LittleEndian.Uint16(head[2:])
	if n^0xffff != int(inverse) {
		return errDeflate
	}
	_, _ = d.in.Discard(len(head))
	if n > d.length-len(d.out) {
		return errLength
	}
	for n > 0 {
		if len(d.out) == cap(d.out) {
			d.grow()
		}
		k, err := d.in.Read(d.out[len(d.out):min(len(d.out)+n, cap(d.out))])
		d.out, n = d.out[:len(d.out)+k], n-k
		if err != nil && n > 0 {
			return err
		}
	}
	return nil
}

// grow makes room for more.
func (d *deflateReader) grow() {
	room := min(max(2*cap(d.out), roomy), d.length+roomy)
	d.out = append(make([]byte, 0, room), d.out...)
}

// fixed sets up the code that streams need not tell (3.2.6).
func (d *deflateReader) fixed() {
	if d.fixedLit.look != 0 {
		return
	}
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	d.fixedLit.build(litBits, lengths[:], litSymbol)
	for i := range 32 {
		lengths[i] = 5
	}
	d.fixedDist.build(distBits, lengths[:32], distSymbol)
}

var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the codes of a block (3.2.7).
func (d *deflateReader) dynamic() error {
	head, err := d.take(14)
	if err != nil {
		return err
	}
	nlit, ndist, ncode := head&31+257, head>>5&31+1, head>>10+4
	if nlit > 286 || ndist > 30 {
		return errDeflate
	}
	var lengths [286 + 30]uint8
	for _, symbol := range codeOrder[:ncode] {
		n, err := d.take(3)
		if err != nil {
			return err
		}
		lengths[symbol] = uint8(n)
	}
	if !d.code.build(codeBits, lengths[:19], codeSymbol) {
		return errDeflate
	}
	all := lengths[:nlit+ndist]
	if err := d.lengths(all); err != nil {
		return err
	}
	if !d.lit.build(litBits, all[:nlit], litSymbol) || !d.dist.build(distBits, all[nlit:], distSymbol) {
		return errDeflate
	}
	return nil
}

// lengths reads how long the codes of all symbols are.
func (d *deflateReader) lengths(all []uint8) error {
	for i := 0; i < len(all); {
		if d.nbits < codeBits {
			d.refill()
		}
		e := d.code.first[d.bits&(1<<codeBits-1)]
		if e == 0 {
			return errDeflate
		}
		if _, err := d.take(int(e.bits())); err != nil {
			return err
		}
		var value uint8
		repeat, more := 1, 0
		switch symbol := e.value(); {
		case symbol < 16:
			value = uint8(symbol)
		case symbol == 16 && i == 0:
			return errDeflate
		case symbol == 16:
			value, repeat, more = all[i-1], 3, 2
		case symbol == 17:
			repeat, more = 3, 3
		default:
			repeat, more = 11, 7
		}
		n, err := d.take(more)
		if err != nil {
			return err
		}
		if repeat += n; repeat > len(all)-i {
			return errDeflate
		}
		for range repeat {
			all[i] = value
			i++
		}
	}
	return nil
}

// block inflates a block of codes. All of it is in one function, as the work is fast only
// while the bits and both ends stay in registers.
func (d *deflateReader) block(lit, dist *table) error {
	src, pos, bits, nbits := d.src, d.pos, d.bits, d.nbits
	out, at := d.out[:cap(d.out)], len(d.out)
	for {
		if pos+8 <= len(src) { // at least 56 bits
			bits |= binary.LittleEndian.Uint64(src[pos:]) << (uint(nbits) & 63)
			pos += (63 - nbits) >> 3
			nbits |= 56
		} else {
			if nbits < 0 {
				return io.ErrUnexpectedEOF
			}
			d.pos, d.bits, d.nbits = pos, bits, nbits
			d.refill()
			src, pos, bits, nbits = d.src, d.pos, d.bits, d.nbits
		}
		if len(out)-at < roomy {
			if at > d.length {
				return errLength
			}
			d.out = out[:at]
			d.grow()
			out = d.out[:cap(d.out)]
		}

		e := lit.first[bits&(1<<litBits-1)]
		if e&isLiteral != 0 { // often several in a row
			bits >>= e.bits()
			nbits -= int(e.bits())
			out[at] = byte(e >> 16)
			at++
			e = lit.first[bits&(1<<litBits-1)]
			if e&isLiteral != 0 {
				bits >>= e.bits()
				nbits -= int(e.bits())
				out[at] = byte(e >> 16)
				at++
				e = lit.first[bits&(1<<litBits-1)]
			}
			if nbits < matchBits {
				continue
			}
		}
		if e&(isLiteral|isMatch) == 0 && e.extra() > 0 {
			bits >>= litBits
			nbits -= litBits
			e = lit.after(e, bits)
		}
		bits >>= e.bits()
		nbits -= int(e.bits())
		if e&isMatch == 0 {
			switch {
			case e&isLiteral != 0:
				out[at] = byte(e >> 16)
				at++
				continue
			case nbits < 0, e.value() == 0 && nbits < maxBits:
				return io.ErrUnexpectedEOF
			case e.value() == 0:
				return errDeflate
			}
			d.pos, d.bits, d.nbits, d.out = pos, bits, nbits, out[:at]
			return nil
		}
		length := e.value() + int(bits&(1<<e.extra()-1))
		bits >>= e.extra()
		nbits -= int(e.extra())

		e = dist.first[bits&(1<<distBits-1)]
		if e&isMatch == 0 && e.extra() > 0 {
			bits >>= distBits
			nbits -= distBits
			e = dist.after(e, bits)
		}
		bits >>= e.bits()
		nbits -= int(e.bits())
		distance := e.value() + int(bits&(1<<e.extra()-1))
		bits >>= e.extra()
		nbits -= int(e.extra())
		from := at - distance
		if e&isMatch == 0 || from < 0 {
			if nbits < maxBits {
				return io.ErrUnexpectedEOF
			}
			return errDeflate
		}
		if distance >= 8 {
			for i := 0; i < length; i += 8 {
				binary.LittleEndian.PutUint64(out[at+i:], binary.LittleEndian.Uint64(out[from+i:]))
			}
		} else {
			for i := range length {
				out[at+i] = out[from+i]
			}
		}
		at += length
	}
}
