package erasure

// Named says which tables a rule, a step of its own or a reason to stay stands for.
func Named() map[string]bool {
	all := map[string]bool{}
	for _, r := range rules {
		all[r.table] = true
	}
	for _, m := range []map[string]string{elsewhere, stays} {
		for table := range m {
			all[table] = true
		}
	}
	return all
}
