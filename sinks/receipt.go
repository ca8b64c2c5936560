package sinks

import (
	"bufio"
	"context"
	"strings"

	"confit/sinks/dirfd"
)

// receiptFile says whether the application was told of the files that are published: told or
// untold. Without it nobody ever tells the application of anything.
const (
	receiptFile = "receipt"
	receiptNext = receiptFile + nextSuffix
)

// A Receipt is what the state directory says of that.
type Receipt string

// The receipts. A watcher that ends between publishing and telling leaves Untold, so the next
// one knows what is left to do.
const (
	NoReceipt Receipt = ""
	Told      Receipt = "told"
	Untold    Receipt = "untold"
)

// Receipt reads the receipt. One that cannot be read counts as none.
func (d Dir) Receipt() Receipt {
	t, err := d.open()
	if err != nil {
		return NoReceipt
	}
	defer t.Close()
	s, err := openState(t, d.name(), d.Memory)
	if err != nil {
		return NoReceipt
	}
	defer s.close()
	data, err := s.readUpTo(16, receiptFile)
	if r := Receipt(strings.TrimSpace(string(data))); err == nil && (r == Told || r == Untold) {
		return r
	}
	return NoReceipt
}

// SetReceipt writes the receipt where there is a state directory. It writes nothing where the
// receipt says that already.
func (d Dir) SetReceipt(ctx context.Context, r Receipt) error {
	if d.Receipt() == r {
		return nil
	}
	t, err := d.open()
	if dirfd.Absent(err) {
		return nil
	} else if err != nil {
		return ioProblem(err, "")
	}
	defer t.Close()
	if err := d.lock(ctx, t, true); err != nil {
		return ioProblem(err, "")
	}
	s, err := openState(t, d.name(), d.Memory)
	if err != nil {
		return ioProblem(err, "")
	}
	defer s.close()
	if s.dir == nil {
		return nil
	}
	return ioProblem(s.writeReceipt(r), "")
}

func (s *state) writeReceipt(r Receipt) error {
	if err := s.write(receiptNext, func(w *bufio.Writer) { _, _ = w.WriteString(string(r) + "\n") }); err != nil {
		return err
	}
	return s.activate(receiptNext, receiptFile)
}
