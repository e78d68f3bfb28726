package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/demo"
)

// file is a list of n firms, as CSV.
func (p *platform) file(n int) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	var head []string
	for _, h := range headings {
		head = append(head, h.heading)
	}
	if err := w.Write(head); err != nil {
		return nil, err
	}
	for range n {
		line, err := p.line()
		if err != nil {
			return nil, err
		}
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// whole issues n licenses from a file of rows, as the platform runs: the log goes on beside it. It returns when all are
// published and stand in the log. The two persons lose no time.
func (p *platform) whole(ctx context.Context, data []byte, n int) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	failed := make(chan error, 1)
	running.Go(func() { failed <- p.Book.Run(ctx) })
	running.Go(func() { p.Batches.Run(ctx) })

	b, err := p.Batches.Begin(ctx, p.maker, batch.Upload{Kind: batch.New, TypeCode: p.typeCode, FileName: "firms.csv", Data: data})
	if err != nil {
		return err
	}
	shown, err := p.Batches.Preview(ctx, p.maker, b.ID)
	if err != nil {
		return err
	}
	if _, err := p.Batches.Map(ctx, p.maker, b.ID, shown.Headings); err != nil {
		return err
	}
	began := time.Now()
	if b, err = p.until(ctx, b.ID, batch.Checked); err != nil {
		return err
	}
	if b.Good != n {
		return fmt.Errorf("%d of %d rows are good", b.Good, n)
	}
	_, _ = fmt.Fprintf(os.Stdout, "checked: %.0f rows/s\n", float64(n)/time.Since(began).Seconds())
	if _, err := p.Batches.Submit(ctx, p.maker, b.ID); err != nil {
		return err
	}
	began = time.Now()
	if _, err := p.Batches.Judge(ctx, p.reviewer, b.ID, true, ""); err != nil {
		return err
	}
	if b, err = p.until(ctx, b.ID, batch.Done); err != nil {
		return err
	}
	if b.Made != n {
		return fmt.Errorf("%d of %d licenses were made", b.Made, n)
	}
	_, _ = fmt.Fprintf(os.Stdout, "made: %.0f licenses/s\n", float64(n)/time.Since(began).Seconds())
	if _, err := p.Book.Sequence(ctx); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return fmt.Errorf("the log stopped: %w", err)
	default:
		return nil
	}
}

// until waits for a state of the batch.
func (p *platform) until(ctx context.Context, id string, state batch.State) (b batch.Batch, err error) {
	for {
		err := p.DB.Read(ctx, func(q *db.Tx) error {
			var err error
			b, err = p.Batches.Get(ctx, q, p.maker, id)
			return err
		})
		if err != nil || b.State == state {
			return b, err
		}
		if b.State == batch.Mapping {
			return b, errors.New("the file was refused")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// people signs the two persons of the issuing unit in.
func (p *platform) people(ctx context.Context) error {
	t, err := p.city.Type(demo.FoodPermit)
	if err != nil {
		return err
	}
	p.typeCode = t.Code
	passwords, err := demo.Passwords(p.dir)
	if err != nil {
		return err
	}
	clerk, err := p.Accounts.SignIn(ctx, "gl-scjg-clerk", passwords["gl-scjg-clerk"])
	if err != nil {
		return err
	}
	reviewer, err := p.Accounts.SignIn(ctx, "gl-scjg-reviewer", passwords["gl-scjg-reviewer"])
	if err != nil {
		return err
	}
	p.maker, p.reviewer = clerk.Actor, reviewer.Actor
	return nil
}
