import { useI18n } from 'vue-i18n'
import { useWords } from './office'

/** Roles in words; one that the console does not know stands as it is. */
export function useRoleWords() {
  const { t } = useWords()
  const { te } = useI18n({ useScope: 'global' })
  const roleText = (r: string) => (te(`role.${r}`, 'zh') ? t(`role.${r}`) : r)
  const rolesText = (roles: readonly string[]) => roles.map(roleText).join(t('list.comma'))
  return { roleText, rolesText }
}
