package evidence_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/verify"
)

func TestReceiptAndProofVerifyOffline(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.process(t, -1)
		receipts := w.append(t, b, 3)
		if _, err := b.Proof(t.Context(), receipts[1].LeafID); errs.Code(err) != "evidence.pending" {
			t.Errorf("proof before sequencing: %v", err)
		}
		if n := mustSequence(t, b); n != 3 {
			t.Errorf("sequenced %d, want 3", n)
		}
		r, p := files(t, b, receipts[1])
		report := verify.Log(b.Pub(), r, p)
		if report.Verdict != "valid" || report.No != receipts[1].No || report.Kind != "use" || report.Size != 3 {
			t.Errorf("report %+v", report)
		}
		if want := `{"fields":["名称"],"purpose":"食品经营许可<新办>"}`; string(report.Body) != want {
			t.Errorf("body %s, want %s", report.Body, want)
		}
		if report.At != "2026-03-01T01:31:00.123456Z" {
			t.Errorf("at %s", report.At)
		}
	})
}

func files(t *testing.T, b *evidence.Book, r evidence.Receipt) (receipt, proof []byte) {
	t.Helper()
	rf, err := b.Receipt(t.Context(), r.HolderID, r.LeafID)
	if err != nil {
		t.Fatal(err)
	}
	pf, err := b.Proof(t.Context(), r.LeafID)
	if err != nil {
		t.Fatal(err)
	}
	if receipt, err = json.Marshal(rf); err != nil {
		t.Fatal(err)
	}
	if proof, err = json.Marshal(pf); err != nil {
		t.Fatal(err)
	}
	return receipt, proof
}

func TestNoEventWithoutItsTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.process(t, -1)
		var r evidence.Receipt
		refused := errors.New("refused")
		err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
			if r, err = b.Append(t.Context(), tx, evidence.Event{HolderID: holderID, Kind: "use", Body: 1}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if n := mustSequence(t, b); n != 0 {
			t.Errorf("sequenced %d leaves of a transaction that failed", n)
		}
		if _, err := b.Receipt(t.Context(), holderID, r.LeafID); errs.Code(err) != "evidence.unknown" {
			t.Errorf("receipt: %v", err)
		}
	})
}

func TestReceiptIsTheHoldersOnly(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.process(t, -1)
		r := w.append(t, b, 1)[0]
		for name, ask := range map[string][2]string{
			"another holder": {db.NewRandomID(), r.LeafID},
			"another leaf":   {holderID, db.NewID()},
			"no id":          {holderID, "' OR 1=1"},
		} {
			if _, err := b.Receipt(t.Context(), ask[0], ask[1]); errs.Code(err) != "evidence.unknown" {
				t.Errorf("%s: %v", name, err)
			}
		}
		exec(t, d, `UPDATE log_leaf SET opening = $1`, []byte(holderID+"|"+string(bytes.Repeat([]byte("x"), 60))))
		if _, err := b.Receipt(t.Context(), holderID, r.LeafID); err == nil {
			t.Error("a record that does not open its leaf was given out")
		}
	})
}

func TestEventsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newWorld(t, d).process(t, -1)
		for name, e := range map[string]evidence.Event{
			"no holder": {Kind: "use", Body: 1},
			"no kind":   {HolderID: holderID, Body: 1},
			"bad kind":  {HolderID: holderID, Kind: "用证", Body: 1},
			"fraction":  {HolderID: holderID, Kind: "use", Body: 1.5},
			"function":  {HolderID: holderID, Kind: "use", Body: func() {}},
			"large":     {HolderID: holderID, Kind: "use", Body: string(make([]byte, evidence.MaxBody))},
		} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := b.Append(t.Context(), tx, e)
				return err
			})
			if err == nil {
				t.Errorf("%s: taken", name)
			}
		}
	})
}

func TestServing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.process(t, -1)
		if _, err := b.Checkpoint(t.Context()); errs.Code(err) != "not-found" {
			t.Errorf("checkpoint of no log: %v", err)
		}
		w.append(t, b, 2)
		mustSequence(t, b)
		keys, err := translog.ParseKeys(b.Pub())
		if err != nil || len(keys) != 2 {
			t.Fatalf("keys %v, %v", keys, err)
		}
		signed, err := b.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c, err := translog.OpenCheckpoint(signed, keys); err != nil || c.Size != 2 {
			t.Errorf("checkpoint %+v, %v", c, err)
		}
		if data, err := b.Tile(t.Context(), "tile/0/000.p/2"); err != nil || len(data) != 2*translog.HashSize {
			t.Errorf("tile: %d bytes, %v", len(data), err)
		}
		for _, path := range []string{"tile/0/001", "checkpoint", "../secret", "tile/0/000.p/../000.p/2"} {
			if _, err := b.Tile(t.Context(), path); errs.Code(err) != "not-found" {
				t.Errorf("%s: %v", path, err)
			}
		}
	})
}

func TestParseNo(t *testing.T) {
	t.Parallel()
	id := db.NewID()
	got, err := evidence.ParseNo(leaf.Number(uuid.MustParse(id)))
	if err != nil || got != id {
		t.Errorf("parsed %s, %v; want %s", got, err, id)
	}
	if _, err := evidence.ParseNo("YX" + id); !errors.Is(err, leaf.ErrNumber) {
		t.Errorf("not a number: %v", err)
	}
}
