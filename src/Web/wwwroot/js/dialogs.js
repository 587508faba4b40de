// Asks before a form that ends something is posted. Without this script the form is posted at once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") {
    // The answer, and not the dialog's close event: that comes later, when the dialog may be open again already.
    if (event.submitter?.value === "yes") {
      document.querySelector(`form[data-confirm="${CSS.escape(form.closest("dialog").id)}"]`)?.submit();
    }
    return;
  }
  const dialog = form.dataset.confirm && document.getElementById(form.dataset.confirm);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
});
