package caller

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// FileLeafKind is the kind of leaf that a verification of a file leaves in the log.
const FileLeafKind = "file-check"

// filed is a verification of a file as the log holds it (committed, not shown): who asked in which case, for which file, and the answer.
type filed struct {
	SystemID  string `json:"systemId"`
	UnitID    string `json:"unitId"`
	AccountID string `json:"accountId"` // the clerk's, as in records of uses
	CaseNo    string `json:"caseNo"`
	Matter    string `json:"matter"`
	Digest    string `json:"digest"` // SM3 of the file
	Code      string `json:"code"`
	At        string `json:"at"`
}

// File answers a verification of a file (文件验证) by what judge says of it, and puts it on record before it is told: GB/T 22239 wants
// every caller's doings on record. It is no use of a license: the file is the caller's own, nothing of what is kept is given, and
// anybody may have one judged. So no rule decides on it, and it stands with the platform and in no holder's list.
func (c *Call) File(ctx context.Context, file []byte, judge func() string) (code, recordNo string, err error) {
	if err := c.Take(ctx); err != nil {
		return "", "", err
	}
	code = judge()
	sum, now := gm.SM3(file), c.desk.o.Clock.Now()
	e := filed{SystemID: c.System.ID, UnitID: c.System.Unit, AccountID: c.actor.AccountID, CaseNo: c.elements.BusinessCode, Matter: c.elements.ItemCode,
		Digest: hex.EncodeToString(sum[:]), Code: code, At: now.UTC().Format(time.RFC3339Nano)}
	err = c.desk.o.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := c.desk.o.Book.Append(ctx, tx, evidence.Event{HolderID: holder.PlatformID, Kind: FileLeafKind, At: now, Body: e})
		recordNo = access.Number(r.LeafID)
		return err
	})
	return code, recordNo, err
}
