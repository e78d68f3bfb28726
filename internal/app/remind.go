package app

import (
	"context"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
)

// TellDue tells holders of licenses that will expire or must be inspected.
func (a *App) TellDue(ctx context.Context) error {
	for {
		n := 0
		err := a.DB.Write(ctx, func(tx *db.Tx) error {
			due, looked, err := a.Licenses.Remind(ctx, tx, toldAtOnce)
			n = looked
			for _, r := range due {
				if err == nil {
					err = a.tellDue(ctx, tx, r)
				}
			}
			return err
		})
		if err != nil || n < toldAtOnce {
			return err
		}
	}
}

// tellDue tells all holders of a license. Nothing in the notice is personal: the license is named by its type and its id.
func (a *App) tellDue(ctx context.Context, tx *db.Tx, r license.Reminder) error {
	t, err := a.Types.Version(ctx, tx, r.License.TypeCode, r.License.TypeVersion)
	if err != nil {
		return err
	}
	kind := notice.LicenseExpiring
	if r.Of == license.ToInspect {
		kind = notice.InspectionDue
	}
	for _, id := range r.License.Holders {
		if err := a.Notices.Send(ctx, tx, notice.Notice{HolderID: id, Kind: kind, Subject: r.License.ID, Detail: map[string]string{
			"type": t.Name, "typeEn": t.NameEn, "day": r.Day.Add(-time.Microsecond).In(clock.Shanghai).Format(time.DateOnly)}}); err != nil {
			return err
		}
	}
	return nil
}
