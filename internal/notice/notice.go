// Package notice keeps what the platform tells holders (消息): a case was accepted, something must be corrected, a
// license has come. A notice is written in the transaction of the step that it tells of, so that none is lost and
// none tells of what did not happen.
//
// It knows nothing of the steps. The pages make the words from a notice's kind and detail; nothing personal stands
// in either.
package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// Kind says what a notice tells.
type Kind string

// The kinds of notices.
const (
	CaseSubmitted Kind = "case-submitted" // 已提交: the application is with the unit
	CaseAccepted  Kind = "case-accepted"  // 已受理
	CaseReturned  Kind = "case-returned"  // 请补正: something must be corrected
	CaseApproved  Kind = "case-approved"  // 已批准
	CaseRefused   Kind = "case-refused"   // 不予许可
	LicenseIssued Kind = "license-issued" // 证照已发
	LicenseMade   Kind = "license-made"   // 证照已发，不经本平台的办件

	ShareDownloaded Kind = "share-downloaded" // 有人下载了您授权的证照
	ShareLocked     Kind = "share-locked"     // 提取码输错太多，授权已锁定
	AppealRaised    Kind = "appeal-raised"    // 已为您登记补录或纠错: a desk asked for it
	AppealAnswered  Kind = "appeal-answered"  // 诉求已答复
	PaperViolation  Kind = "paper-violation"  // 不该向您要纸质，已记录

	CommitmentOffered      Kind = "commitment-offered"      // 请签署承诺
	CommitmentKept         Kind = "commitment-kept"         // 承诺的证照已调取，相符
	CommitmentContradicted Kind = "commitment-contradicted" // 已调取，与所填不符
	CommitmentOverdue      Kind = "commitment-overdue"      // 承诺期限已过

	LicenseOperated Kind = "license-operated" // 证照有变动: suspended, cancelled, revoked …, with the reason

	InspectionDue    Kind = "inspection-due"    // 该年检了
	InspectionPassed Kind = "inspection-passed" // 年检合格
	InspectionFailed Kind = "inspection-failed" // 年检不合格
	LicenseExpiring  Kind = "license-expiring"  // 证照将到期

	AuthorisationAsked     Kind = "authorisation-asked"     // 有人请您授权
	AuthorisationUsed      Kind = "authorisation-used"      // 有人按您的授权查看了证照
	AuthorisationEnding    Kind = "authorisation-ending"    // 授权将到期
	AuthorisationGiven     Kind = "authorisation-given"     // 对方已授权给您
	AuthorisationMade      Kind = "authorisation-made"      // 代办人以您的名义授权他人
	AuthorisationWithdrawn Kind = "authorisation-withdrawn" // 对方已收回授权

	RelationAsked    Kind = "relation-asked"    // 有人请您确认代办关系
	RelationActive   Kind = "relation-active"   // 代办关系已生效
	RelationDeclined Kind = "relation-declined" // 对方没有同意
	RelationEnded    Kind = "relation-ended"    // 对方已终止代办关系
	Inspected        Kind = "visited"           // 现场检查结束: an inspection on site is over
	Prechecked       Kind = "prechecked"        // 窗口预检: a counter looked which licenses there are

	FactorAdded   Kind = "factor-add"    // 您的账号登记了新的确认方式
	FactorRemoved Kind = "factor-remove" // 删除了一种确认方式
	FactorsReset  Kind = "factor-reset"  // 窗口重置了确认方式
)

// Notice is one message to a holder.
type Notice struct {
	HolderID string
	ID       string
	Kind     Kind
	Subject  string            // what it is about: number of a case, id of a license
	Detail   map[string]string // arguments of its words; never personal
	At       time.Time
	ReadAt   time.Time // zero: not read yet
}

// Store keeps notices.
type Store struct{ clock clock.Clock }

// Open gives the store of notices.
func Open(c clock.Clock) *Store { return &Store{clock: c} }

// Send writes a notice to its holder.
func (s *Store) Send(ctx context.Context, tx *db.Tx, n Notice) error {
	if n.Detail == nil {
		n.Detail = map[string]string{}
	}
	detail, err := json.Marshal(n.Detail)
	if err != nil {
		return fmt.Errorf("encode notice: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO notice (holder_id, notice_id, kind, subject, detail, at, read_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		n.HolderID, db.NewID(), string(n.Kind), n.Subject, string(detail), db.Micros(s.clock.Now()))
	if err != nil {
		return fmt.Errorf("send notice: %w", err)
	}
	return nil
}

// List gives a holder's notices, the newest first, and how many there are.
func (s *Store) List(ctx context.Context, q *db.Tx, holderID string, limit, offset int) ([]Notice, int, error) {
	var total int
	err := q.QueryRow(ctx, `SELECT count(*) FROM notice WHERE holder_id = $1`, holderID).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("count notices: %w", err)
	}
	rows, err := q.Query(ctx, `
		SELECT notice_id, kind, subject, detail, at, read_at
		FROM notice
		WHERE holder_id = $1
		ORDER BY notice_id DESC
		LIMIT $2 OFFSET $3`, holderID, limit, offset)
	if err != nil {
		return nil, 0, fmt.Errorf("list notices: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []Notice
	for rows.Next() {
		n := Notice{HolderID: holderID}
		var detail string
		var at, read int64
		if err := rows.Scan(&n.ID, &n.Kind, &n.Subject, &detail, &at, &read); err != nil {
			return nil, 0, fmt.Errorf("list notices: %w", err)
		}
		if err := json.Unmarshal([]byte(detail), &n.Detail); err != nil {
			return nil, 0, fmt.Errorf("decode notice: %w", err)
		}
		n.At, n.ReadAt = db.Time(at), db.Time(read)
		found = append(found, n)
	}
	return found, total, rows.Err()
}

// Unread counts what a holder has not read yet.
func (s *Store) Unread(ctx context.Context, q *db.Tx, holderID string) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM notice WHERE holder_id = $1 AND read_at = 0`, holderID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count unread notices: %w", err)
	}
	return n, nil
}

// Read marks a holder's notice as read; reading it again changes nothing.
func (s *Store) Read(ctx context.Context, tx *db.Tx, holderID, noticeID string) error {
	n, err := tx.Exec(ctx, `
		UPDATE notice
		SET read_at = CASE WHEN read_at = 0 THEN $1 ELSE read_at END
		WHERE holder_id = $2 AND notice_id = $3`, db.Micros(s.clock.Now()), holderID, noticeID)
	if err != nil {
		return fmt.Errorf("read notice: %w", err)
	}
	if n == 0 {
		return errs.New(errs.NotFound, "notice.unknown")
	}
	return nil
}
