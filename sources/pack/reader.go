package pack

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/klauspost/compress/zlib"

	"confit/render"
)

// A reader takes a pack apart into jobs for the resolver.
type reader struct {
	wire    *wire
	in      *bufio.Reader
	inflate *inflater
	out     *resolver
	lim     Limits
	offsets []int64 // of the objects so far
}

func newReader(ctx context.Context, r io.Reader, out *resolver, lim Limits) *reader {
	w := newWire(ctx, r, lim.Pack)
	in := bufio.NewReaderSize(w, chunkSize)
	return &reader{wire: w, in: in, inflate: &inflater{in: in}, out: out, lim: lim}
}

// read reads the whole pack. What went wrong on the wire is the reason for whatever
// else looks wrong after it.
func (r *reader) read(progress func(done, total int)) error {
	err := r.objects(progress)
	if err == nil {
		err = r.trailer()
	}
	if err != nil && r.wire.failed != nil && !errors.Is(r.wire.failed, io.EOF) {
		return r.wire.failed
	}
	var known *render.Problem
	if errors.Is(err, zlib.ErrChecksum) {
		return damaged("the checksum of an object does not match")
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged("it ends after %d bytes", r.wire.taken)
	}
	if err == nil || errors.As(err, &known) {
		return err
	}
	return damaged("the object at byte %d cannot be inflated", r.offsets[len(r.offsets)-1])
}

func (r *reader) objects(progress func(done, total int)) error {
	total, err := r.header()
	if err != nil {
		return err
	}
	r.out.expect(total)
	r.offsets = make([]int64, 0, min(total, trusted))
	for i := range total {
		if err := r.object(); err != nil {
			return err
		}
		if progress != nil {
			progress(i+1, total)
		}
	}
	return nil
}

// header reads how many objects there are.
func (r *reader) header() (int, error) {
	var head [12]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return 0, err
	}
	if string(head[:4]) != "PACK" {
		return 0, damaged("it does not begin as a pack does")
	}
	if v := binary.BigEndian.Uint32(head[4:]); v != 2 {
		return 0, damaged("it is of version %d, not 2", v)
	}
	total := binary.BigEndian.Uint32(head[8:])
	if int64(total) > int64(r.lim.Objects) {
		return 0, tooMuch("files", "the pack has %d objects, more than the limit of %d", total, r.lim.Objects)
	}
	return int(total), nil
}

// trailer reads the checksum, and makes sure that nothing comes after it.
func (r *reader) trailer() error {
	if n, err := r.in.Discard(len(plumbing.ZeroHash)); err != nil {
		return damaged("its checksum has %d bytes", n)
	}
	if _, err := r.in.ReadByte(); err == nil {
		return damaged("something follows after its end")
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	if !r.wire.intact() {
		return damaged("its checksum does not match")
	}
	return nil
}

func (r *reader) object() error {
	at := r.wire.taken - int64(r.in.Buffered())
	r.offsets = append(r.offsets, at)
	kind, length, err := r.typeAndSize()
	if err != nil {
		return err
	}
	j := job{at: int32(len(r.offsets) - 1), base: none, kind: kind}
	switch kind {
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	case plumbing.OFSDeltaObject:
		j.base, err = r.earlier(at)
	case plumbing.REFDeltaObject:
		_, err = io.ReadFull(r.in, j.ref[:])
	default:
		err = damaged("the object at byte %d is of no known type", at)
	}
	if err != nil {
		return err
	}
	if length > r.lim.File {
		return tooMuch("file", "an object of the pack has %d bytes, more than the limit of %s", length, size(r.lim.File))
	}
	if err := r.out.count(length); err != nil {
		return err
	}
	j.data, err = r.inflate.next(r.out.pool, int(length))
	if err != nil {
		return err
	}
	return r.out.submit(j)
}

func (r *reader) typeAndSize() (plumbing.ObjectType, int64, error) {
	b, err := r.in.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	kind, length := plumbing.ObjectType(b>>4&7), int64(b&15)
	for shift := uint(4); b&0x80 != 0; shift += 7 {
		if b, err = r.in.ReadByte(); err != nil {
			return 0, 0, err
		}
		if shift > 53 { // no size is near 63 bits
			return 0, 0, damaged("the object at byte %d has no possible size", r.offsets[len(r.offsets)-1])
		}
		length |= int64(b&0x7f) << shift
	}
	return kind, length, nil
}

// earlier reads how far before the object at a place its base is, and finds that.
func (r *reader) earlier(at int64) (int32, error) {
	var back int64
	for more := true; more; back++ {
		b, err := r.in.ReadByte()
		if err != nil {
			return none, err
		}
		if back > math.MaxInt64>>8 {
			return none, damaged("the delta at byte %d has no possible base", at)
		}
		back = back<<7 | int64(b&0x7f)
		more = b&0x80 != 0
	}
	base, ok := slices.BinarySearch(r.offsets, at-(back-1))
	if !ok || base == len(r.offsets)-1 {
		return none, damaged("the delta at byte %d has no object as its base", at)
	}
	return int32(base), nil
}
