package kill_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/translog"
)

// halves are things that must not be: each query counts one kind of half state.
var halves = []struct{ what, query string }{
	// What other systems made may lie with them alone.
	{"a license past its sealing without a file", `
		SELECT count(*) FROM license WHERE step IN ('sealed', 'published', 'refused') AND (file_ref = '' OR file_digest = '')
			AND origin NOT IN ('vertical', 'external')`},
	{"a license without its entry by identifier", `
		SELECT count(*) FROM license l WHERE NOT EXISTS (
			SELECT 1 FROM license_index i WHERE i.identifier = l.identifier AND i.license_id = l.license_id)`},
	{"a license without a check code", `
		SELECT count(*) FROM license l WHERE NOT EXISTS (SELECT 1 FROM license_code c WHERE c.license_id = l.license_id)`},
	{"a license without its key", `
		SELECT count(*) FROM license l WHERE NOT EXISTS (
			SELECT 1 FROM license_key k WHERE k.holder_id = l.holder_id AND k.license_id = l.license_id)`},
	{"a license that no decision made", `
		SELECT count(*) FROM license l WHERE l.case_no <> '' AND l.step <> 'refused' AND NOT EXISTS (
			SELECT 1 FROM case_file c WHERE c.case_no = l.case_no AND c.license_id = l.license_id AND c.outcome = 'approved')`},
	{"two licenses of one case", `
		SELECT count(*) FROM (
			SELECT case_no FROM license WHERE case_no <> '' AND step <> 'refused' GROUP BY case_no HAVING count(*) > 1) x`},
	{"a license published and its case not closed", `
		SELECT count(*) FROM license l JOIN case_file c ON c.case_no = l.case_no
		WHERE l.step = 'published' AND (c.state <> 'closed' OR c.stage <> 'done')`},
	{"a case closed without its license", `
		SELECT count(*) FROM case_file c WHERE c.state = 'closed' AND NOT EXISTS (
			SELECT 1 FROM license l WHERE l.holder_id = c.holder_id AND l.license_id = c.license_id AND l.step = 'published')`},
	{"a case in making without a license in making", `
		SELECT count(*) FROM case_file c WHERE c.stage = 'making' AND NOT EXISTS (
			SELECT 1 FROM license l WHERE l.holder_id = c.holder_id AND l.license_id = c.license_id AND l.step IN ('data', 'sealed'))`},
	{"an issuer's list of work that lacks a license", `
		SELECT count(*) FROM license l WHERE l.step IN ('data', 'sealed') AND NOT EXISTS (
			SELECT 1 FROM unit_making m WHERE m.unit_id = l.issuer_id AND m.license_id = l.license_id AND m.step = l.step)`},
	{"an issuer's list of work with a license that is finished", `
		SELECT count(*) FROM unit_making m JOIN license l ON l.license_id = m.license_id WHERE l.step IN ('published', 'refused')`},
	{"a unit's queue that lacks a case", `
		SELECT count(*) FROM case_file c WHERE c.state = 'open' AND c.stage NOT IN ('draft', 'wait') AND NOT EXISTS (
			SELECT 1 FROM unit_case q WHERE q.unit_id = c.unit_id AND q.case_no = c.case_no AND q.stage = c.stage)`},
	{"a unit's queue with what its applicant has not handed in", `
		SELECT count(*) FROM unit_case q JOIN case_file c ON c.case_no = q.case_no WHERE c.stage IN ('draft', 'wait')`},
	{"a unit's queue with a closed case", `
		SELECT count(*) FROM unit_case q JOIN case_file c ON c.case_no = q.case_no WHERE c.state = 'closed'`},
	{"a use without its leaf", `
		SELECT count(*) FROM access_record r WHERE NOT EXISTS (
			SELECT 1 FROM log_leaf f WHERE f.holder_id = r.holder_id AND f.leaf_id = r.record_id AND f.kind = 'use')`},
	{"a leaf of a use without the use", `
		SELECT count(*) FROM log_leaf f WHERE f.kind = 'use' AND NOT EXISTS (
			SELECT 1 FROM access_record r WHERE r.holder_id = f.holder_id AND r.record_id = f.leaf_id)`},
	{"an event of a license without its leaf", `
		SELECT count(*) FROM license_event e WHERE NOT EXISTS (
			SELECT 1 FROM log_leaf f WHERE f.holder_id = e.holder_id AND f.leaf_id = e.leaf_id AND f.kind = 'license')`},
	{"a license whose last step is not its step", `
		SELECT count(*) FROM license l WHERE (
			SELECT e.action FROM license_event e WHERE e.holder_id = l.holder_id AND e.license_id = l.license_id
				AND e.action IN ('draft', 'seal', 'publish', 'refuse') ORDER BY e.seq DESC LIMIT 1
		) <> CASE l.step WHEN 'data' THEN 'draft' WHEN 'sealed' THEN 'seal' WHEN 'published' THEN 'publish' ELSE 'refuse' END`},
	{"a presentation used up without its record", `
		SELECT count(*) FROM presentation p WHERE (p.uses_left = 0) <> (p.checked_at > 0) OR p.checked_at > 0 AND NOT EXISTS (
			SELECT 1 FROM access_record r WHERE r.record_id = p.record_id AND r.result = 'given')`},
	{"a material lent without a grant", `
		SELECT count(*) FROM case_material m WHERE m.status = 'lent' AND (m.record_no = '' OR NOT EXISTS (
			SELECT 1 FROM use_grant g WHERE g.holder_id = m.license_holder_id AND g.grant_id = m.grant_id))`},
	// Each lending is one record, which names its grant.
	{"a grant without a record", `
		SELECT count(*) FROM use_grant g WHERE NOT EXISTS (
			SELECT 1 FROM access_record r WHERE r.holder_id = g.holder_id AND r.grant_id = g.grant_id AND r.result = 'given')`},
	{"a use in a case without a grant", `
		SELECT count(*) FROM access_record r WHERE r.ground = 'case' AND r.result = 'given' AND NOT EXISTS (
			SELECT 1 FROM use_grant g WHERE g.holder_id = r.holder_id AND g.grant_id = r.grant_id)`},
	{"a gap in the order of the leaves", `
		SELECT count(*) FROM (SELECT count(*) AS n, coalesce(max(idx), -1) AS last FROM log_entry) x WHERE x.n <> x.last + 1`},
	{"a leaf placed on one side only", `
		SELECT count(*) FROM log_leaf f LEFT JOIN log_entry e ON e.leaf_id = f.leaf_id
		WHERE (f.idx IS NULL) <> (e.idx IS NULL) OR f.idx <> e.idx`},
}

// auditor looks at the installation from inside, beside the server.
type auditor struct {
	t    *testing.T
	a    *app.App
	dir  string
	seen map[string]bool // files already looked at
	// old are checkpoints published earlier, as the log's readers kept them.
	old []translog.Checkpoint
}

func newAuditor(t *testing.T, dir, database string) *auditor {
	t.Helper()
	a := open(t, dir, database)
	t.Cleanup(func() { _ = a.Close() })
	return &auditor{t: t, a: a, dir: dir, seen: map[string]bool{}}
}

func (x *auditor) count(ctx context.Context, query string, args ...any) int {
	x.t.Helper()
	var n int
	if err := x.a.DB.Read(ctx, func(q *db.Tx) error { return q.QueryRow(ctx, query, args...).Scan(&n) }); err != nil {
		x.t.Fatal(err)
	}
	return n
}

// whole demands that nothing is in a half state. What the crash left undone, the server does after its start.
func (x *auditor) whole(ctx context.Context) {
	x.t.Helper()
	err := await(ctx, func() (bool, error) {
		return x.count(ctx, `SELECT count(*) FROM license WHERE step = 'data'`) == 0, nil
	})
	if err != nil {
		x.t.Errorf("a license that was decided is not made: %v", err)
	}
	for _, h := range halves {
		if n := x.count(ctx, h.query); n != 0 {
			x.t.Errorf("%s: %d", h.what, n)
		}
	}
	x.files(ctx)
}

// reads: for every answer with data there is a record.
func (x *auditor) reads(ctx context.Context, j *journal) {
	x.t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for no, f := range j.cases {
		if !f.fresh {
			continue
		}
		n := x.count(ctx, `
			SELECT count(*) FROM access_record
			WHERE case_no = $1 AND ground = 'case' AND result = 'given'`, no)
		if n < f.read {
			x.t.Errorf("case %s: data began to come in %d times, and %d readings are recorded", no, f.read, n)
		}
	}
}

// files: every file that a row names is there and whole.
func (x *auditor) files(ctx context.Context) {
	x.t.Helper()
	err := x.a.DB.Read(ctx, func(q *db.Tx) error {
		rows, err := q.Query(ctx, `SELECT file_ref FROM license WHERE file_ref <> '' UNION SELECT copy_ref FROM use_grant WHERE copy_ref <> ''`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var ref string
			if err := rows.Scan(&ref); err != nil {
				return err
			}
			x.file(ref)
		}
		return rows.Err()
	})
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *auditor) file(ref string) {
	x.t.Helper()
	if x.seen[ref] {
		return
	}
	x.seen[ref] = true
	data, err := os.ReadFile(filepath.Join(x.dir, "files", ref[:2], ref))
	if err != nil {
		x.t.Errorf("a row names a file that is not there: %v", err)
		return
	}
	if sum := gm.SM3(data); hex.EncodeToString(sum[:]) != ref {
		x.t.Errorf("file %s is damaged", ref)
	}
}

// log: the tree is what the database says, and grew out of every tree published before. It waits for the log's
// turn, which the lease of a killed sequencer can delay, and nobody may be at work meanwhile.
func (x *auditor) log(ctx context.Context) {
	x.t.Helper()
	err := await(ctx, func() (bool, error) {
		signed, err := x.a.Book.Checkpoint(ctx)
		if err != nil {
			return false, nil //nolint:nilerr // none is published yet
		}
		var size int
		_, err = fmt.Sscanf(string(signed), "yinxin.example/demo\n%d\n", &size)
		return size == x.count(ctx, `SELECT count(*) FROM log_leaf`), err
	})
	if err != nil {
		x.t.Errorf("not every leaf is in the log: %v", err)
	}
	if _, err := x.a.Book.Check(ctx); err != nil {
		x.t.Errorf("the log disagrees with the database: %v", err)
	}
	store, err := translog.OpenFolder(filepath.Join(x.dir, "log"))
	if err != nil {
		x.t.Fatal(err)
	}
	keys, err := translog.ParseKeys(x.a.Book.Pub())
	if err != nil {
		x.t.Fatal(err)
	}
	r := translog.NewReader(store, translog.SM3{}, keys)
	head, err := r.Head(ctx)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, c := range append(x.old, head.Checkpoint) {
		root, err := r.Root(ctx, c.Size, head)
		if err != nil || string(root) != string(c.Root) {
			x.t.Errorf("the tree of %d leaves is not the beginning of that of %d: %v", c.Size, head.Size, err)
		}
	}
	x.old = append(x.old, head.Checkpoint)
}
