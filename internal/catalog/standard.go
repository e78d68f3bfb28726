package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
	"github.com/yinxin-org/yinxin/internal/task"
)

// Standard is a national standard of license types (C 系列工程标准) with the types it touches.
type Standard struct {
	Code        string   `json:"code"` // as "C 0293—2024"
	Title       string   `json:"title"`
	PublishedOn string   `json:"publishedOn"` // 2006-01-02
	EffectiveOn string   `json:"effectiveOn"`
	DueOn       string   `json:"dueOn"` // by when the types must follow it
	Types       []string `json:"types"`
	RowVersion  int64    `json:"-"`
}

// PutStandard enters a standard, with RowVersion 0, or changes one. The units that keep the types it touches are
// given the task to follow it.
func (s *Store) PutStandard(ctx context.Context, tx *db.Tx, a *authn.Actor, x Standard, reason string) error {
	if !a.Has(roleDigital) {
		return errs.New(errs.Denied, "denied")
	}
	x.Code, x.Title = strings.TrimSpace(x.Code), strings.TrimSpace(x.Title)
	x.Types = slices.Compact(slices.Sorted(slices.Values(x.Types)))
	if err := x.check(); err != nil {
		return err
	}
	before, err := s.Standard(ctx, tx, x.Code)
	was := any(before)
	if errs.Code(err) == "standard.unknown" {
		was, err = nil, nil
	}
	if err != nil {
		return err
	}
	if x.RowVersion != before.RowVersion {
		return errs.New(errs.Conflict, "conflict")
	}
	if err := s.writeStandard(ctx, tx, x); err != nil {
		return err
	}
	for i, code := range x.Types {
		e, err := s.Entry(ctx, tx, code)
		if errs.Code(err) == "type.unknown" {
			return errs.New(errs.Invalid, "type.unknown").On("typeCodes[" + strconv.Itoa(i) + "]")
		}
		if err != nil {
			return err
		}
		if err := s.remind(ctx, tx, x, e); err != nil {
			return err
		}
	}
	return s.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Standard, SubjectID: x.Code, Action: "put", Before: was, After: x})
}

func (x Standard) check() error {
	if !words(x.Code, 60) {
		return errs.New(errs.Invalid, "type.words").On("code").With("max", "60")
	}
	if !words(x.Title, 200) {
		return errs.New(errs.Invalid, "type.words").On("title").With("max", "200")
	}
	for _, d := range [][2]string{{"publishedOn", x.PublishedOn}, {"effectiveOn", x.EffectiveOn}, {"dueOn", x.DueOn}} {
		if _, err := time.Parse(time.DateOnly, d[1]); err != nil {
			return errs.New(errs.Invalid, "field.date").On(d[0])
		}
	}
	return nil
}

// remind gives the keeper of a type the task to follow a standard that its newest version does not follow yet.
func (s *Store) remind(ctx context.Context, tx *db.Tx, x Standard, e Entry) error {
	if e.Standard == x.Code || e.State == Withdrawn {
		return nil
	}
	due, err := time.ParseInLocation(time.DateOnly, x.DueOn, clock.Shanghai)
	if err != nil {
		return fmt.Errorf("read due day: %w", err)
	}
	return s.o.Tasks.Give(ctx, tx, task.Task{Kind: task.UpdateType, SubjectID: e.Code, UnitID: e.KeeperID, Role: roleCatalog, Label: e.Name,
		Detail: map[string]string{"standard": x.Code, "title": x.Title}, DueAt: clock.EndOfDay(due)})
}

func (s *Store) writeStandard(ctx context.Context, tx *db.Tx, x Standard) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO standard (standard_code, title, search, published_on, effective_on, due_on, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, 1)
		ON CONFLICT (standard_code) DO UPDATE
		SET title = excluded.title, search = excluded.search, published_on = excluded.published_on, effective_on = excluded.effective_on,
		    due_on = excluded.due_on, row_version = standard.row_version + 1
		WHERE standard.row_version = $7`,
		x.Code, x.Title, pinyin.Key(x.Title, x.Code), x.PublishedOn, x.EffectiveOn, x.DueOn, x.RowVersion)
	if err != nil {
		return fmt.Errorf("put standard: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	if _, err := tx.Exec(ctx, `DELETE FROM standard_type WHERE standard_code = $1`, x.Code); err != nil {
		return fmt.Errorf("put standard: %w", err)
	}
	for _, code := range x.Types {
		if _, err := tx.Exec(ctx, `INSERT INTO standard_type (standard_code, type_code) VALUES ($1, $2)`, x.Code, code); err != nil {
			return fmt.Errorf("put standard: %w", err)
		}
	}
	return nil
}

const standardColumns = `standard_code, title, published_on, effective_on, due_on, row_version`

func scanStandard(row interface{ Scan(...any) error }) (Standard, error) {
	var x Standard
	err := row.Scan(&x.Code, &x.Title, &x.PublishedOn, &x.EffectiveOn, &x.DueOn, &x.RowVersion)
	if errors.Is(err, db.ErrNoRows) {
		return Standard{}, errs.New(errs.NotFound, "standard.unknown")
	}
	if err != nil {
		return Standard{}, fmt.Errorf("read standard: %w", err)
	}
	return x, nil
}

// Standard finds a standard by its code, or gives standard.unknown.
func (s *Store) Standard(ctx context.Context, q *db.Tx, code string) (Standard, error) {
	x, err := scanStandard(q.QueryRow(ctx, `
		SELECT `+standardColumns+`
		FROM standard
		WHERE standard_code = $1`, strings.TrimSpace(code)))
	if err != nil {
		return Standard{}, err
	}
	x.Types, err = s.standardTypes(ctx, q, x.Code)
	return x, err
}

func (s *Store) standardTypes(ctx context.Context, q *db.Tx, code string) ([]string, error) {
	rows, err := q.Query(ctx, `
		SELECT type_code
		FROM standard_type
		WHERE standard_code = $1
		ORDER BY type_code`, code)
	if err != nil {
		return nil, fmt.Errorf("list types of a standard: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := []string{}
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			return nil, fmt.Errorf("list types of a standard: %w", err)
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

// Standards lists standards, the one due first first.
func (s *Store) Standards(ctx context.Context, q *db.Tx, query string, limit, offset int) (found []Standard, total int, err error) {
	where, args := "WHERE 1 = 1", []any{}
	for _, w := range pinyin.Words(query) {
		args = append(args, w)
		where += ` AND search LIKE $` + strconv.Itoa(len(args)) + ` ESCAPE '\'`
	}
	if err := q.QueryRow(ctx, `SELECT count(*) FROM standard `+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count standards: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT `+standardColumns+`
		FROM standard `+where+`
		ORDER BY due_on, standard_code
		LIMIT $`+strconv.Itoa(len(args)+1)+` OFFSET $`+strconv.Itoa(len(args)+2), append(args, limit, offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list standards: %w", err)
	}
	for rows.Next() {
		x, err := scanStandard(rows)
		if err != nil {
			_ = rows.Close()
			return nil, 0, err
		}
		found = append(found, x)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, 0, fmt.Errorf("list standards: %w", err)
	}
	for i := range found {
		if found[i].Types, err = s.standardTypes(ctx, q, found[i].Code); err != nil {
			return nil, 0, err
		}
	}
	return found, total, nil
}

// The stages in which a type follows a standard.
const (
	StagePending   = "pending"
	StageDrafting  = "drafting"
	StagePublished = "published"
)

// Progress is how far one type follows a standard.
type Progress struct {
	TypeCode string
	Stage    string
	Version  int // the first published version that follows it
	Reissued int // licenses in force of that version or a later one
	Licenses int // licenses in force of the type
}

// Counter counts the licenses of a type in force by the version they were issued under.
type Counter func(ctx context.Context, q *db.Tx, typeCode string) (map[int]int, error)

// Progress finds how far each type follows a standard. Without a counter licenses are not counted.
func (s *Store) Progress(ctx context.Context, q *db.Tx, x Standard, count Counter) ([]Progress, error) {
	var out []Progress
	for _, code := range x.Types {
		p := Progress{TypeCode: code, Stage: StagePending}
		var err error
		if p.Version, err = s.follows(ctx, q, code, x.Code); err != nil {
			return nil, err
		}
		_, err = s.draftOf(ctx, q, code)
		switch {
		case p.Version > 0:
			p.Stage = StagePublished
		case err == nil:
			p.Stage = StageDrafting
		case errs.Code(err) != "draft.unknown":
			return nil, err
		}
		if count != nil {
			byVersion, err := count(ctx, q, code)
			if err != nil {
				return nil, err
			}
			for version, n := range byVersion {
				p.Licenses += n
				if p.Version > 0 && version >= p.Version {
					p.Reissued += n
				}
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// follows is the first published version of a type that names a standard, or 0.
func (s *Store) follows(ctx context.Context, q *db.Tx, code, standard string) (int, error) {
	versions, err := s.Versions(ctx, q, code)
	if err != nil {
		return 0, err
	}
	first := 0
	for _, v := range versions {
		t, err := s.Version(ctx, q, code, v.Version)
		if err != nil {
			return 0, err
		}
		if t.Standard == standard {
			first = v.Version
		}
	}
	return first, nil
}
