// Photos: made smaller on the phone, which spares the sender's data and fits into storage.
const SHRINK_ABOVE = 1024 * 1024;
const MAX_SIDE = 2048;

export function urlOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = reject;
    reader.readAsDataURL(blob);
  });
}

export function blobOf(url) {
  const comma = url.indexOf(",");
  const bytes = atob(url.slice(comma + 1));
  const content = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) content[i] = bytes.charCodeAt(i);
  return new Blob([content], { type: url.slice(5, comma).split(";")[0] });
}

export function shrink(file) {
  if (file.size <= SHRINK_ABOVE) return Promise.resolve(file);
  return new Promise((resolve) => {
    const image = new Image();
    const source = URL.createObjectURL(file);
    image.onerror = () => { URL.revokeObjectURL(source); resolve(file); };
    image.onload = () => {
      const scale = Math.min(1, MAX_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.naturalWidth * scale);
      canvas.height = Math.round(image.naturalHeight * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(source);
      canvas.toBlob((blob) => resolve(blob || file), "image/jpeg", 0.85);
    };
    image.src = source;
  });
}
