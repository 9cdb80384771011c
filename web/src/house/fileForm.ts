/** A file and fields beside it as a form; idempotency and CSRF come from the client. */
export function fileForm(file: File, fields: Record<string, string | boolean> = {}): FormData {
  const form = new FormData();
  form.append("file", file);
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
  return form;
}
