package evidence

import (
	"context"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/translog"
)

const mapName = "map"

// mapState is what SQL has of the map.
type mapState struct {
	size       uint64 // of leaves that are in it
	root       translog.Hash
	checkpoint []byte // signed, of that size; empty while an older log's leaves come in
	keyCheck   []byte
}

func readMap(ctx context.Context, q *db.Tx) (mapState, error) {
	var m mapState
	var root []byte
	err := q.QueryRow(ctx, `
		SELECT size, root, checkpoint, key_check
		FROM log_map
		WHERE name = $1`, mapName).Scan(&m.size, &root, &m.checkpoint, &m.keyCheck)
	if err == nil && len(root) == translog.HashSize {
		m.root = translog.Hash(root)
	}
	return m, err
}

func beginMap(ctx context.Context, tx *db.Tx, keyCheck []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO log_map (name, size, root, checkpoint, key_check)
		VALUES ($1, 0, $2, $3, $4)
		ON CONFLICT (name) DO NOTHING`, mapName, make([]byte, translog.HashSize), []byte{}, keyCheck)
	return err
}

// moveMap brings the map from one state to the next; translog.ErrMoved if it is not in the first.
func moveMap(ctx context.Context, tx *db.Tx, from, to mapState, rows []translog.MapRow) error {
	n, err := tx.Exec(ctx, `
		UPDATE log_map
		SET size = $1, root = $2, checkpoint = $3
		WHERE name = $4 AND size = $5 AND root = $6`,
		int64(to.size), to.root[:], to.checkpoint, mapName, int64(from.size), from.root[:])
	if err != nil {
		return err
	}
	if n != 1 {
		return translog.ErrMoved
	}
	values := make([][]any, len(rows))
	for i, r := range rows {
		values[i] = []any{r.Prefix, r.Data}
	}
	_, err = tx.Insert(ctx, `log_map_row (prefix, data)`, `ON CONFLICT (prefix) DO UPDATE SET data = excluded.data`, values)
	return err
}

// clearMap lets the map be derived from the leaves again.
func clearMap(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM log_map_row`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM log_map WHERE name = $1`, mapName)
	return err
}

// mapRowsAsked is how many rows one query asks for at most. Fewer are asked for in queries of halving sizes, so that there
// are few texts and all stay prepared.
const mapRowsAsked = 256

// mapRows reads the rows of the map in a snapshot.
func mapRows(q *db.Tx) translog.MapReader {
	return func(ctx context.Context, prefixes []string) (map[string][]byte, error) {
		found := make(map[string][]byte, len(prefixes))
		for n := mapRowsAsked; len(prefixes) > 0; prefixes = prefixes[n:] {
			for n > len(prefixes) {
				n /= 2
			}
			if err := someMapRows(ctx, q, prefixes[:n], found); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
}

func someMapRows(ctx context.Context, q *db.Tx, prefixes []string, found map[string][]byte) error {
	var places strings.Builder
	args := make([]any, len(prefixes))
	for i, p := range prefixes {
		if i > 0 {
			places.WriteString(", ")
		}
		places.WriteString("$" + strconv.Itoa(i+1))
		args[i] = p
	}
	rows, err := q.Query(ctx, `SELECT prefix, data FROM log_map_row WHERE prefix IN (`+places.String()+`)`, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var prefix string
		var data []byte
		if err := rows.Scan(&prefix, &data); err != nil {
			return err
		}
		found[prefix] = data
	}
	return rows.Err()
}

// chained is a leaf as the chains know it.
type chained struct {
	hash               []byte
	holderID, issuerID string
}

// chainedLeaves reads placed leaves of which only the chains are of interest.
func chainedLeaves(ctx context.Context, q *db.Tx, from, to uint64) ([]chained, error) {
	rows, err := q.Query(ctx, `
		SELECT leaf_hash, holder_id, issuer_id
		FROM log_entry
		WHERE idx >= $1 AND idx < $2
		ORDER BY idx`, int64(from), int64(to))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []chained
	for rows.Next() {
		var c chained
		if err := rows.Scan(&c.hash, &c.holderID, &c.issuerID); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// wholeQueries read the leaves of a chain among the first of the log, in their order.
var wholeQueries = map[Owner]string{
	Holder: `
		SELECT e.leaf_id, e.leaf_hash, l.leaf
		FROM log_entry e
		JOIN log_leaf l ON l.holder_id = e.holder_id AND l.leaf_id = e.leaf_id
		WHERE e.holder_id = $1 AND l.holder_id = $1 AND e.idx < $2
		ORDER BY e.idx`,
	Issuer: `
		SELECT e.leaf_id, e.leaf_hash, l.leaf
		FROM log_entry e
		JOIN log_leaf l ON l.holder_id = e.holder_id AND l.leaf_id = e.leaf_id
		WHERE e.issuer_id = $1 AND e.issuer_id <> '' AND e.idx < $2
		ORDER BY e.idx`,
}

type chainLeaf struct {
	leafID     string
	hash, leaf []byte
}

// chainLeaves gives each leaf of a chain, the first first.
func chainLeaves(ctx context.Context, q *db.Tx, owner Owner, id string, size uint64, each func(chainLeaf) error) error {
	rows, err := q.Query(ctx, wholeQueries[owner], id, int64(size))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var l chainLeaf
		if err := rows.Scan(&l.leafID, &l.hash, &l.leaf); err != nil {
			return err
		}
		if err := each(l); err != nil {
			return err
		}
	}
	return rows.Err()
}
