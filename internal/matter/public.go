package matter

import (
	"context"
	"fmt"

	"github.com/yinxin-org/yinxin/internal/db"
)

// usesOfType are the codes of the matters that a type satisfies a material of: by their own binding, or by the
// item's where they have none of their own. %[1]d is the number of the argument that holds the type's code.
const usesOfType = `
	SELECT m.matter_code
	FROM bound_type b
	JOIN matter m ON m.base_code = b.scope_code
	WHERE b.type_code = $%[1]d
	AND NOT EXISTS (SELECT 1 FROM material_binding o WHERE o.scope_code = m.matter_code AND o.material = b.material)
	UNION
	SELECT m.matter_code
	FROM bound_type b
	JOIN matter m ON m.matter_code = b.scope_code
	WHERE b.type_code = $%[1]d`

// UsedIn counts the matters that fetch a license of a type.
func (s *Store) UsedIn(ctx context.Context, q *db.Tx, typeCode string) (int, error) {
	var n int
	err := q.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (%s) x`, fmt.Sprintf(usesOfType, 1)), typeCode).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count uses of type: %w", err)
	}
	return n, nil
}

// Regions are the codes of the regions whose units handle matters, in order.
func (s *Store) Regions(ctx context.Context, q *db.Tx) ([]string, error) {
	return column(ctx, q, `SELECT DISTINCT region_code FROM matter WHERE region_code <> '' ORDER BY region_code`)
}
