;; Opens the file that PROBE_FILE names and prints, as one line of JSON, what Emacs makes of it. Where PROBE_SERVER is set, eglot must
;; connect, and the messages of the server are told too.  -*- lexical-binding: t; -*-

(require 'infra-mode)
(require 'json)
(setq enable-local-variables nil
      backup-inhibited t)

(let* ((buffer (find-file-noselect (getenv "PROBE_FILE")))
       (found (list (cons 'emacs emacs-version))))
  (with-current-buffer buffer
    (push (cons 'mode (symbol-name major-mode)) found)
    (font-lock-ensure)
    (let (faces)
      (goto-char (point-min))
      (while (re-search-forward "[^ \t\n]+" nil t)
        (let* ((begin (match-beginning 0))
               (face (get-text-property begin 'face)))
          (push (cons (match-string-no-properties 0) (format "%s" (if (consp face) (car face) face))) faces)))
      (push (cons 'faces (vconcat (mapcar (lambda (pair) (vector (car pair) (cdr pair))) (nreverse faces)))) found))
    ;; Indentation is a fixed point of a file that infrac laid out.
    (let ((before (buffer-string)))
      (let ((inhibit-message t)) (indent-region (point-min) (point-max)))
      (push (cons 'indented (if (equal before (buffer-string)) t json-false)) found)
      (set-buffer-modified-p nil))
    (when (getenv "PROBE_SERVER")
      (require 'eglot)
      (setq eglot-sync-connect 20
            eglot-connect-timeout 20)
      (let ((inhibit-message t))
        (apply #'eglot--connect (eglot--guess-contact)))
      (push (cons 'server (if (eglot-current-server) t json-false)) found)
      (eglot--managed-mode 1)
      (let ((until (+ (float-time) 20)))
        (flymake-mode 1)
        (while (and (< (float-time) until) (null (flymake-diagnostics)))
          (flymake-start)
          (accept-process-output nil 0.1)))
      (push (cons 'diagnostics (vconcat (mapcar (lambda (found) (format "%s" (flymake-diagnostic-text found))) (flymake-diagnostics))))
            found)
      (ignore-errors (eglot-shutdown (eglot-current-server)))))
  (princ (concat (json-encode found) "\n")))
