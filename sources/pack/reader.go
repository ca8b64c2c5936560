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

	"confit/render/diag"
)

// A reader parses a pack and makes a job for the resolver of each object.
type reader struct {
	ahead    *readAhead
	in       *bufio.Reader
	inflater *inflater
	resolver *resolver
	lim      Limits
	offsets  []int64 // of the objects read so far
}

func newReader(ctx context.Context, r io.Reader, to *resolver, lim Limits) *reader {
	ahead := newReadAhead(ctx, r, lim.Pack)
	in := bufio.NewReaderSize(ahead, chunkSize)
	return &reader{ahead: ahead, in: in, inflater: &inflater{in: in}, resolver: to, lim: lim}
}

// read reads the whole pack. A problem of the transport explains any error of the format
// after it, so read returns the former.
func (r *reader) read(progress func(done, total int)) error {
	err := r.readObjects(progress)
	if err == nil {
		err = r.readTrailer()
	}
	if err != nil && r.ahead.err != nil && !errors.Is(r.ahead.err, io.EOF) {
		return r.ahead.err
	}
	var known *diag.Problem
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return damagedPack("it ends after %d bytes", r.ahead.consumed)
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, errChecksum):
		return damagedPack("%s", errChecksum)
	}
	return damagedPack("the object at byte %d cannot be inflated", r.offsets[len(r.offsets)-1])
}

func (r *reader) readObjects(progress func(done, total int)) error {
	total, err := r.readHeader()
	if err != nil {
		return err
	}
	r.resolver.preallocate(total)
	r.offsets = make([]int64, 0, min(total, maxPrealloc))
	for i := range total {
		if err := r.readObject(); err != nil {
			return err
		}
		if progress != nil {
			progress(i+1, total)
		}
	}
	return nil
}

// readHeader returns the number of objects in the pack.
func (r *reader) readHeader() (int, error) {
	var head [12]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return 0, err
	}
	if string(head[:4]) != "PACK" {
		return 0, damagedPack("it does not begin as a pack does")
	}
	if v := binary.BigEndian.Uint32(head[4:]); v != 2 {
		return 0, damagedPack("it is of version %d, not 2", v)
	}
	total := binary.BigEndian.Uint32(head[8:])
	if int64(total) > int64(r.lim.Objects) {
		return 0, overLimit("files", "the pack has %d objects, more than the limit of %d", total, r.lim.Objects)
	}
	return int(total), nil
}

// readTrailer verifies the checksum of the pack, and that nothing follows.
func (r *reader) readTrailer() error {
	if n, err := r.in.Discard(len(plumbing.ZeroHash)); err != nil {
		return damagedPack("its checksum has %d bytes", n)
	}
	if _, err := r.in.ReadByte(); err == nil {
		return damagedPack("something follows after its end")
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	if !r.ahead.checksumMatches() {
		return damagedPack("its checksum does not match")
	}
	return nil
}

func (r *reader) readObject() error {
	at := r.ahead.consumed - int64(r.in.Buffered())
	r.offsets = append(r.offsets, at)
	kind, length, err := r.readTypeAndSize()
	if err != nil {
		return err
	}
	j := job{index: int32(len(r.offsets) - 1), base: noBase, kind: kind}
	switch kind {
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
	case plumbing.OFSDeltaObject:
		j.base, err = r.readBase(at)
	case plumbing.REFDeltaObject:
		_, err = io.ReadFull(r.in, j.ref[:])
	default:
		err = damagedPack("the object at byte %d is of no known type", at)
	}
	if err != nil {
		return err
	}
	if length > r.lim.File && (kind != plumbing.BlobObject || length > r.lim.Total) {
		return largeObject(length, r.lim)
	}
	if err := r.resolver.chargeInflated(length); err != nil {
		return err
	}
	if length > r.lim.File {
		return r.skipBlob(length)
	}
	j.data, j.checksum, err = r.inflater.inflate(r.resolver.pool, int(length))
	if err != nil {
		return err
	}
	return r.resolver.submit(j)
}

// skipBlob reads a blob over the limit for its id alone, so that the error can name the file.
func (r *reader) skipBlob(length int64) error {
	h := newHasher()
	h.begin(plumbing.BlobObject, length)
	if err := r.inflater.copyTo(h.sha1, length); err != nil {
		return err
	}
	id, ok := h.end()
	if !ok {
		return collision()
	}
	return r.resolver.skip(id, length)
}

func (r *reader) readTypeAndSize() (plumbing.ObjectType, int64, error) {
	b, err := r.in.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	kind, length := plumbing.ObjectType(b>>4&7), int64(b&15)
	for shift := uint(4); b&0x80 != 0; shift += 7 {
		if b, err = r.in.ReadByte(); err != nil {
			return 0, 0, err
		}
		if shift > 53 { // a larger size overflows
			return 0, 0, damagedPack("the object at byte %d has no possible size", r.offsets[len(r.offsets)-1])
		}
		length |= int64(b&0x7f) << shift
	}
	return kind, length, nil
}

// readBase reads the distance of an OFS_DELTA at offset at to its base, and returns the index
// of the base.
func (r *reader) readBase(at int64) (int32, error) {
	var back int64
	for more := true; more; back++ {
		b, err := r.in.ReadByte()
		if err != nil {
			return noBase, err
		}
		if back > math.MaxInt64>>8 {
			return noBase, damagedPack("the delta at byte %d has no possible base", at)
		}
		back = back<<7 | int64(b&0x7f)
		more = b&0x80 != 0
	}
	base, ok := slices.BinarySearch(r.offsets, at-(back-1))
	if !ok || base == len(r.offsets)-1 {
		return noBase, damagedPack("the delta at byte %d has no object as its base", at)
	}
	return int32(base), nil
}
