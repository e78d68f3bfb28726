package evidence

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/translog"
)

const leaseName = "sequencer"

// holdLease takes the lease or renews it, and reports whether it is owner's now. The row stays locked to the
// end of the transaction, so what follows in it is done by one sequencer at a time.
func holdLease(ctx context.Context, tx *db.Tx, owner string, now time.Time, length time.Duration) (bool, error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO log_lease (name, owner, until_at)
		VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE
		SET owner = excluded.owner, until_at = excluded.until_at
		WHERE log_lease.owner = excluded.owner OR log_lease.until_at < $4`,
		leaseName, owner, db.Micros(now.Add(length)), db.Micros(now))
	return n == 1, err
}

func dropLease(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := tx.Exec(ctx, `
		UPDATE log_lease
		SET until_at = 0
		WHERE name = $1 AND owner = $2`, leaseName, owner)
	return err
}

// nextIndex is the number of leaves that have their place in the order.
func nextIndex(ctx context.Context, q *db.Tx) (uint64, error) {
	var n int64
	err := q.QueryRow(ctx, `SELECT COALESCE(MAX(idx), -1) + 1 FROM log_entry`).Scan(&n)
	return uint64(n), err
}

// lengthAt is how many leaves the log has, once all are placed that were written before a moment. Those that wait are
// counted with it: they may be placed in any order.
func lengthAt(ctx context.Context, q *db.Tx, at time.Time) (uint64, error) {
	var n int64
	err := q.QueryRow(ctx, `SELECT COALESCE(MAX(idx), -1) + 1 FROM log_leaf WHERE created_at < $1`, db.Micros(at)).Scan(&n)
	if err != nil {
		return 0, err
	}
	var before, all int64
	err = q.QueryRow(ctx, `
		SELECT COALESCE(SUM(CASE WHEN created_at < $1 THEN 1 ELSE 0 END), 0), COUNT(*)
		FROM log_leaf
		WHERE idx IS NULL`, db.Micros(at)).Scan(&before, &all)
	if err != nil || before == 0 {
		return uint64(n), err
	}
	next, err := nextIndex(ctx, q)
	return next + uint64(all), err
}

func anyOpen(ctx context.Context, q *db.Tx) (bool, error) {
	var id string
	err := q.QueryRow(ctx, `
		SELECT leaf_id
		FROM log_leaf
		WHERE idx IS NULL
		ORDER BY leaf_id
		LIMIT 1`).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

type openLeaf struct {
	holderID, leafID, issuerID string
	leaf                       []byte
}

func openLeaves(ctx context.Context, tx *db.Tx, limit int) ([]openLeaf, error) {
	rows, err := tx.Query(ctx, `
		SELECT holder_id, leaf_id, issuer_id, leaf
		FROM log_leaf
		WHERE idx IS NULL
		ORDER BY leaf_id
		LIMIT $1`, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []openLeaf
	for rows.Next() {
		var l openLeaf
		if err := rows.Scan(&l.holderID, &l.leafID, &l.issuerID, &l.leaf); err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, rows.Err()
}

// place gives the leaves, in the order of their ids, their indexes from first on, in both tables. The bounds say nothing new:
// they keep PostgreSQL, which has no counts of tables that grow fast, from going through all leaves.
func place(ctx context.Context, tx *db.Tx, first uint64, leaves []openLeaf) error {
	entries := make([][]any, len(leaves))
	for i, l := range leaves {
		entries[i] = []any{int64(first) + int64(i), l.leafID, l.holderID, translog.SM3{}.HashLeaf(l.leaf), l.issuerID}
	}
	if _, err := tx.Insert(ctx, `log_entry (idx, leaf_id, holder_id, leaf_hash, issuer_id)`, ``, entries); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE log_leaf
		SET idx = e.idx
		FROM log_entry e
		WHERE e.idx >= $1 AND e.idx < $2
			AND log_leaf.holder_id = e.holder_id
			AND log_leaf.leaf_id = e.leaf_id
			AND log_leaf.idx IS NULL
			AND log_leaf.leaf_id BETWEEN $3 AND $4`,
		int64(first), int64(first)+int64(len(leaves)), leaves[0].leafID, leaves[len(leaves)-1].leafID)
	if err != nil {
		return err
	}
	if n != int64(len(leaves)) {
		return fmt.Errorf("%d of %d leaves took their index", n, len(leaves))
	}
	return nil
}

// placed is a leaf that has its place in the order.
type placed struct {
	index uint64
	leaf  []byte
	chained
}

func placedLeaves(ctx context.Context, q *db.Tx, from uint64, limit int) ([]placed, error) {
	rows, err := q.Query(ctx, `
		SELECT e.idx, e.leaf_hash, l.leaf, e.holder_id, e.issuer_id
		FROM log_entry e
		JOIN log_leaf l ON l.holder_id = e.holder_id AND l.leaf_id = e.leaf_id
		WHERE e.idx >= $1 AND e.idx < $2
		ORDER BY e.idx`, int64(from), int64(from)+int64(limit))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []placed
	for rows.Next() {
		var p placed
		if err := rows.Scan(&p.index, &p.hash, &p.leaf, &p.holderID, &p.issuerID); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// hashAt is the leaf hash that SQL has at an index; db.ErrNoRows if it has none.
func hashAt(ctx context.Context, q *db.Tx, index uint64) ([]byte, error) {
	var hash []byte
	err := q.QueryRow(ctx, `
		SELECT leaf_hash
		FROM log_entry
		WHERE idx = $1`, int64(index)).Scan(&hash)
	return hash, err
}

func entryOf(ctx context.Context, q *db.Tx, leafID string) (index uint64, hash []byte, err error) {
	err = q.QueryRow(ctx, `
		SELECT idx, leaf_hash
		FROM log_entry
		WHERE leaf_id = $1`, leafID).Scan(&index, &hash)
	return index, hash, err
}

func leafOf(ctx context.Context, q *db.Tx, holderID, leafID string) (data, opening, promise []byte, err error) {
	err = q.QueryRow(ctx, `
		SELECT leaf, opening, promise
		FROM log_leaf
		WHERE holder_id = $1 AND leaf_id = $2`, holderID, leafID).Scan(&data, &opening, &promise)
	return data, opening, promise, err
}
