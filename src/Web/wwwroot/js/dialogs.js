// Asks before a form that ends something is posted. Without this script the form is posted at once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const dialog = form.dataset.confirm && document.getElementById(form.dataset.confirm);
  if (!dialog) return;
  event.preventDefault();
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && form.submit(), { once: true });
  dialog.showModal();
});
