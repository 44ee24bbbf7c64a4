// Shows the OpenAPI document. `validatorUrl: null` keeps Swagger UI from asking a server on the internet.
const place = document.getElementById("swagger-ui");

SwaggerUIBundle({ domNode: place, url: place.dataset.document, deepLinking: true, validatorUrl: null });
