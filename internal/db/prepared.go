package db

import (
	"context"
	"database/sql"
)

// maxPrepared bounds the statements that the writer keeps prepared. When there are more it starts anew.
const maxPrepared = 500

// prepared is a connection of SQLite with its statements kept prepared: reading the text of a small INSERT costs more
// than running it. One goroutine uses it at a time.
type prepared struct {
	conn *sql.Conn
	kept map[string]*sql.Stmt
}

func (p *prepared) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := p.kept[query]; s != nil {
		return s, nil
	}
	s, err := p.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if p.kept == nil || len(p.kept) >= maxPrepared {
		p.forget()
		p.kept = make(map[string]*sql.Stmt, maxPrepared)
	}
	p.kept[query] = s
	return s, nil
}

func (p *prepared) forget() {
	for _, s := range p.kept {
		_ = s.Close() // what it did was told when it ran
	}
	p.kept = nil
}

// shut gives the connection up.
func (p *prepared) shut() {
	p.forget()
	_ = p.conn.Close()
}

// ExecContext runs a statement.
func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := p.statement(ctx, query) //nolint:sqlclosecheck // it is kept
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext runs a query without keeping it: its rows may still be open when the same text is asked again.
func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.conn.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a query for one row, which is read to its end before anything else can be asked.
func (p *prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := p.statement(ctx, query) //nolint:sqlclosecheck // it is kept
	if err != nil {
		return p.conn.QueryRowContext(ctx, query, args...) // tells the same error
	}
	return s.QueryRowContext(ctx, args...)
}
