package catalog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/pinyin"
	"github.com/yinxin-org/yinxin/internal/task"
)

// The states of an entry.
const (
	InUse     = "published"
	Withdrawn = "withdrawn" // 停用: no new licenses, old ones stay
)

// The roles that act on the catalogue: see httpapi.
const (
	roleCatalog = "catalog"
	roleDigital = "digital"
)

// Entry is a license type as the catalogue lists it: what its newest published version says.
type Entry struct {
	Code       string
	KeeperID   string // the unit that prepares its versions
	DefinerID  string
	Definer    string // name
	Name       string
	Family     string
	Kind       string
	HolderKind HolderKind
	Making     Making
	Level      int
	Standard   string
	Faced      bool
	State      string
	Version    int
	RowVersion int64
	Claims     int
	Mine       bool // claimed by the unit that asks
}

// enter makes or renews the entry of a type from its newest version. A name that another type bears is refused.
func (s *Store) enter(ctx context.Context, tx *db.Tx, t *Type, keeper string) error {
	if err := s.nameFree(ctx, tx, t.Code, t.Name); err != nil {
		return err
	}
	faced := 0
	if t.HasFace() {
		faced = 1
	}
	kind := t.Kind
	if kind == "" {
		kind = "license"
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO type_entry (type_code, keeper_id, definer_id, definer, name, name_key, search, family, kind, holder_kind,
			making, level, standard, faced, state, version, row_version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)
		ON CONFLICT (type_code) DO UPDATE
		SET definer_id = excluded.definer_id, definer = excluded.definer, name = excluded.name, name_key = excluded.name_key,
		    search = excluded.search, family = excluded.family, kind = excluded.kind, holder_kind = excluded.holder_kind,
		    making = excluded.making, level = excluded.level, standard = excluded.standard, faced = excluded.faced,
		    version = excluded.version, row_version = type_entry.row_version + 1
		WHERE type_entry.version < excluded.version`,
		t.Code, keeper, t.Definer, t.DefinerName, t.Name, nameKey(t.Name), searchText(t), t.Family, kind, string(t.HolderKind),
		string(t.Making), t.Level, t.Standard, faced, InUse, t.Version)
	if db.IsUnique(err) {
		return errs.New(errs.Conflict, "type.name-taken").On("name").With("code", "").Wrap(err)
	}
	if err != nil {
		return fmt.Errorf("enter type: %w", err)
	}
	return nil
}

// nameFree refuses a name that another type bears already. 统一名称, 榕政办〔2018〕214号 第六条.
func (s *Store) nameFree(ctx context.Context, q *db.Tx, code, name string) error {
	var other string
	err := q.QueryRow(ctx, `
		SELECT type_code
		FROM type_entry
		WHERE name_key = $1 AND type_code <> $2`, nameKey(name), code).Scan(&other)
	if errors.Is(err, db.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the name: %w", err)
	}
	return errs.New(errs.Conflict, "type.name-taken").On("name").With("code", other)
}

const entryColumns = `e.type_code, e.keeper_id, e.definer_id, e.definer, e.name, e.family, e.kind, e.holder_kind, e.making, e.level,
	e.standard, e.faced, e.state, e.version, e.row_version,
	(SELECT count(*) FROM type_claim c WHERE c.type_code = e.type_code),
	(SELECT count(*) FROM type_claim c WHERE c.type_code = e.type_code AND c.unit_id = $1)`

func scanEntry(row interface{ Scan(...any) error }) (Entry, error) {
	var e Entry
	var faced, mine int
	err := row.Scan(&e.Code, &e.KeeperID, &e.DefinerID, &e.Definer, &e.Name, &e.Family, &e.Kind, &e.HolderKind, &e.Making, &e.Level,
		&e.Standard, &faced, &e.State, &e.Version, &e.RowVersion, &e.Claims, &mine)
	if errors.Is(err, db.ErrNoRows) {
		return Entry{}, errs.New(errs.NotFound, "type.unknown")
	}
	if err != nil {
		return Entry{}, fmt.Errorf("read type: %w", err)
	}
	e.Faced, e.Mine = faced > 0, mine > 0
	return e, nil
}

// Entry finds a type's entry, or gives type.unknown.
func (s *Store) Entry(ctx context.Context, q *db.Tx, code string) (Entry, error) {
	return s.EntryFor(ctx, q, code, "")
}

// EntryFor is Entry as a unit sees it, which may have claimed the type.
func (s *Store) EntryFor(ctx context.Context, q *db.Tx, code, unitID string) (Entry, error) {
	return scanEntry(q.QueryRow(ctx, `
		SELECT `+entryColumns+`
		FROM type_entry e
		WHERE e.type_code = $2`, unitID, code))
}

// Filter narrows a search of types; empty fields do not.
type Filter struct {
	Query   string // words, pinyin, initials, codes: all must be met
	Definer string
	Family  string
	Making  string
	State   string
	Holder  HolderKind // who may hold it; types for all are found too
	Claimer string     // a unit that has claimed it
	UnitID  string     // whose claims are marked
	Mine    bool       // only what UnitID has claimed
	Limit   int
	Offset  int
}

// Search lists types by name; total is how many there are on all pages.
func (s *Store) Search(ctx context.Context, q *db.Tx, f Filter) (found []Entry, total int, err error) {
	args := []any{f.UnitID}
	// The unit stands in every condition, so that the count takes the same arguments as the page.
	where := []string{"$1 >= ''"}
	add := func(condition string, value any) {
		args = append(args, value)
		where = append(where, strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args))))
	}
	for _, w := range pinyin.Words(f.Query) {
		add(`e.search LIKE ? ESCAPE '\'`, w)
	}
	for _, c := range [][2]string{{"e.definer_id = ?", f.Definer}, {"e.family = ?", f.Family}, {"e.making = ?", f.Making}, {"e.state = ?", f.State}} {
		if c[1] != "" {
			add(c[0], c[1])
		}
	}
	if f.Holder != "" {
		add("e.holder_kind IN (?, 'mixed')", string(f.Holder))
	}
	if f.Claimer != "" {
		add("EXISTS (SELECT 1 FROM type_claim c WHERE c.type_code = e.type_code AND c.unit_id = ?)", f.Claimer)
	}
	if f.Mine {
		where = append(where, "EXISTS (SELECT 1 FROM type_claim c WHERE c.type_code = e.type_code AND c.unit_id = $1)")
	}
	condition := "WHERE " + strings.Join(where, " AND ")
	if err := q.QueryRow(ctx, `SELECT count(*) FROM type_entry e `+condition, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count types: %w", err)
	}
	n := len(args)
	rows, err := q.Query(ctx, `
		SELECT `+entryColumns+`
		FROM type_entry e `+condition+`
		ORDER BY e.name_key, e.type_code
		LIMIT $`+strconv.Itoa(n+1)+` OFFSET $`+strconv.Itoa(n+2), append(args, f.Limit, f.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("search types: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, e)
	}
	return found, total, rows.Err()
}

// MayWithdraw reports whether an actor may withdraw a type: the digital office, or the unit that keeps it.
func (e Entry) MayWithdraw(a *authn.Actor) bool {
	return a != nil && e.State == InUse && (a.Has(roleDigital) || a.Has(roleCatalog) && a.UnitID == e.KeeperID)
}

// MayDraft reports whether an actor may prepare a new version: somebody of the unit that keeps the type.
func (e Entry) MayDraft(a *authn.Actor) bool {
	return a != nil && e.State == InUse && a.Has(roleCatalog) && a.UnitID == e.KeeperID
}

// Withdraw ends the issuing of a type (停用): no new licenses; those issued stay. A version being prepared is
// thrown away.
func (s *Store) Withdraw(ctx context.Context, tx *db.Tx, a *authn.Actor, code string, rowVersion int64, reason string) error {
	e, err := s.Entry(ctx, tx, code)
	if err != nil {
		return err
	}
	if e.State == Withdrawn {
		return errs.New(errs.Conflict, "type.withdrawn")
	}
	if !e.MayWithdraw(a) {
		return errs.New(errs.Denied, "type.not-keeper")
	}
	n, err := tx.Exec(ctx, `
		UPDATE type_entry
		SET state = $1, row_version = row_version + 1
		WHERE type_code = $2 AND row_version = $3`, Withdrawn, code, rowVersion)
	if err != nil {
		return fmt.Errorf("withdraw type: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "conflict")
	}
	if err := s.dropDraft(ctx, tx, code); err != nil {
		return err
	}
	if err := s.o.Tasks.Done(ctx, tx, task.UpdateType, code); err != nil {
		return err
	}
	return s.o.Trail.Record(ctx, tx, change.Of(a, reason), change.Entry{Subject: change.Type, SubjectID: code, Action: "withdraw",
		Before: map[string]string{"state": InUse}, After: map[string]string{"state": Withdrawn}})
}

// dropDraft throws away the version of a type that is being prepared, if there is one, with the work it gives.
func (s *Store) dropDraft(ctx context.Context, tx *db.Tx, code string) error {
	d, err := s.draftOf(ctx, tx, code)
	if errs.Code(err) == "draft.unknown" {
		return nil
	}
	if err != nil {
		return err
	}
	for _, k := range []task.Kind{task.ReviewType, task.MendType} {
		if err := s.o.Tasks.Done(ctx, tx, k, d.ID); err != nil {
			return err
		}
	}
	return s.deleteDraft(ctx, tx, d)
}

// Adopt makes the entries of types that were published before there were entries, so that an older installation
// goes on as it was.
func (s *Store) Adopt(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT type_code, max(version)
		FROM license_type
		WHERE type_code NOT IN (SELECT type_code FROM type_entry)
		GROUP BY type_code
		ORDER BY type_code`)
	if err != nil {
		return fmt.Errorf("look for types without entry: %w", err)
	}
	var old []versionKey
	for rows.Next() {
		var k versionKey
		if err := rows.Scan(&k.code, &k.version); err != nil {
			_ = rows.Close()
			return fmt.Errorf("look for types without entry: %w", err)
		}
		old = append(old, k)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("look for types without entry: %w", err)
	}
	for _, k := range old {
		t, err := s.Version(ctx, tx, k.code, k.version)
		if err != nil {
			return err
		}
		if err := s.Publish(ctx, tx, *t, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// Codes lists the codes of all types ever entered.
func (s *Store) Codes(ctx context.Context, q *db.Tx) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT type_code FROM type_entry ORDER BY type_code`)
	if err != nil {
		return nil, fmt.Errorf("list types: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return nil, fmt.Errorf("list types: %w", err)
		}
		all = append(all, code)
	}
	return all, rows.Err()
}
