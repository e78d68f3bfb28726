// Package change keeps the trail of configuration (配置变更留痕): who changed what, when, from what, to what, and
// why. An entry is written in the transaction of the change itself, so that there is no change without its entry,
// and no entry of a change that did not happen.
//
// Entries are never altered. They must hold no personal data: an account stands here by its id alone.
package change

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// maxReason bounds a reason, in characters.
const maxReason = 200

// By is who changes something, and why.
type By struct {
	AccountID string
	UnitID    string
	Reason    string
}

// Of is a change in the name of an actor.
func Of(a *authn.Actor, reason string) By {
	return By{AccountID: a.AccountID, UnitID: a.UnitID, Reason: reason}
}

// Subject is the kind of thing that is changed.
type Subject string

// The kinds of things that are configured.
const (
	Unit     Subject = "unit"     // 机构
	Mandate  Subject = "mandate"  // 委托
	Duty     Subject = "duty"     // 责任人
	Account  Subject = "account"  // 账号
	System   Subject = "system"   // 自建系统
	Seal     Subject = "seal"     // 印章
	Region   Subject = "region"   // 行政区划
	Codes    Subject = "codes"    // 代码表
	Calendar Subject = "calendar" // 工作日历
	Type     Subject = "type"     // 证照类型
	Claim    Subject = "claim"    // 认领
	Standard Subject = "standard" // 证照标准
	Matter   Subject = "matter"   // 事项
	Binding  Subject = "binding"  // 材料绑定
	List     Subject = "list"     // 清单
	Scenario Subject = "scenario" // 应用场景
	Event    Subject = "event"    // 一件事
	Import   Subject = "import"   // 导入
	Batch    Subject = "batch"    // 批量制证
)

// Entry is one change: Before is nil for what is new, After for what is gone. Both are written as JSON.
type Entry struct {
	Subject   Subject
	SubjectID string
	Action    string // a verb: create, update, publish …
	Before    any
	After     any
}

// Change is an entry as kept.
type Change struct {
	ID        string
	At        time.Time
	By        By
	Subject   Subject
	SubjectID string
	Action    string
	Before    string
	After     string
}

// Trail writes and reads the entries.
type Trail struct{ clock clock.Clock }

// Open gives the trail.
func Open(c clock.Clock) *Trail { return &Trail{clock: c} }

// Record writes an entry in the transaction of the change. A change without a reason is refused: "change.reason".
func (t *Trail) Record(ctx context.Context, tx *db.Tx, by By, e Entry) error {
	reason := strings.TrimSpace(by.Reason)
	if reason == "" || utf8.RuneCountInString(reason) > maxReason || !utf8.ValidString(reason) || strings.ContainsFunc(reason, unfit) {
		return errs.New(errs.Invalid, "change.reason").On("reason")
	}
	before, err := encode(e.Before)
	if err != nil {
		return err
	}
	after, err := encode(e.After)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO config_change (change_id, at, account_id, unit_id, subject, subject_id, action, before, after, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		db.NewID(), db.Micros(t.clock.Now()), by.AccountID, by.UnitID, string(e.Subject), e.SubjectID, e.Action, before, after, reason)
	if err != nil {
		return fmt.Errorf("record change: %w", err)
	}
	return nil
}

// unfit are characters that no text should hold: databases and pages choke on them.
func unfit(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }

func encode(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode change: %w", err)
	}
	return string(b), nil
}

// Filter narrows a list of changes; empty fields do not.
type Filter struct {
	Subject   Subject
	SubjectID string
	UnitID    string // of who changed
	Before    string // id of a change: only older ones, for the next page
	Limit     int
}

// List gives changes, the newest first.
func (t *Trail) List(ctx context.Context, q *db.Tx, f Filter) ([]Change, error) {
	rows, err := q.Query(ctx, `
		SELECT change_id, at, account_id, unit_id, subject, subject_id, action, before, after, reason
		FROM config_change
		WHERE ($1 = '' OR subject = $1) AND ($2 = '' OR subject_id = $2) AND ($3 = '' OR unit_id = $3)
		  AND ($4 = '' OR change_id < $4)
		ORDER BY change_id DESC
		LIMIT $5`, string(f.Subject), f.SubjectID, f.UnitID, f.Before, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return scan(rows)
}

// Of gives the changes of one thing, the newest first.
func (t *Trail) Of(ctx context.Context, q *db.Tx, subject Subject, id string, limit int) ([]Change, error) {
	rows, err := q.Query(ctx, `
		SELECT change_id, at, account_id, unit_id, subject, subject_id, action, before, after, reason
		FROM config_change
		WHERE subject = $1 AND subject_id = $2
		ORDER BY change_id DESC
		LIMIT $3`, string(subject), id, limit)
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	return scan(rows)
}

func scan(rows *sql.Rows) ([]Change, error) {
	defer func() { _ = rows.Close() }()
	var found []Change
	for rows.Next() {
		var c Change
		var at int64
		if err := rows.Scan(&c.ID, &at, &c.By.AccountID, &c.By.UnitID, &c.Subject, &c.SubjectID, &c.Action, &c.Before, &c.After, &c.By.Reason); err != nil {
			return nil, fmt.Errorf("list changes: %w", err)
		}
		c.At = db.Time(at)
		found = append(found, c)
	}
	return found, rows.Err()
}
