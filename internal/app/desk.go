package app

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/consent"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/present"
)

// openDesks opens the desks where holders show licenses, and where they let others read them.
func (a *App) openDesks() {
	a.Desk = present.New(present.Options{DB: a.DB, Clock: a.Clock, Units: a.Units, Types: a.Types, Matters: a.Matters,
		Holders: a.Holders, Licenses: a.Licenses, Door: a.Door, Book: a.Book})
	a.Consents = consent.New(consent.Options{DB: a.DB, Clock: a.Clock, Accounts: a.Accounts, Units: a.Units, Types: a.Types, Holders: a.Holders,
		Licenses: a.Licenses, Notices: a.Notices, Present: a.Desk, Door: a.Door, Book: a.Book})
}

// unitName names a unit for the session.
func (a *App) unitName(ctx context.Context, id string) (string, error) {
	var name string
	err := a.DB.Read(ctx, func(q *db.Tx) error {
		u, err := a.Units.Get(ctx, q, id)
		name = u.Name
		return err
	})
	return name, err
}
