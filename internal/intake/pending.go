package intake

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
)

func (d *Desk) importItem(context.Context, *db.Tx, change.By, matter.Item) (bool, error) {
	return false, errs.New(errs.Unavailable, "unavailable")
}

func (d *Desk) importEntry(context.Context, *db.Tx, change.By, matter.Entry) (bool, error) {
	return false, errs.New(errs.Unavailable, "unavailable")
}
